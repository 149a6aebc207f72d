package io.k8j.server;

/** What this build calls itself. */
public final class Version {
    public static final String MAJOR = "1";
    public static final String MINOR = "36";
    /** Upstream's version whose API this is, with our own behind it. */
    public static final String GIT = "v1.36.0+k8j1";

    private Version() {}
}
