package io.k8j.apiserver.admission.podsecurity;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A level as one version of Kubernetes understood it.
 *
 * @param minor the version's second number, or {@link #LATEST}
 */
public record LevelVersion(Level level, int minor) {
    static final int LATEST = Integer.MAX_VALUE;

    private static final Pattern VERSION = Pattern.compile("v1\\.([0-9]|[1-9][0-9]{1,8})");

    /** The number behind {@code v1.}, {@link #LATEST} for {@code latest}, or -1 for anything else. */
    static int version(String text) {
        if (text.equals("latest")) return LATEST;
        Matcher matcher = VERSION.matcher(text);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
    }

    boolean isPrivileged() {
        return level == Level.PRIVILEGED;
    }

    /** Whether both let the same Pods pass whatever their version. */
    boolean isEquivalent(LevelVersion other) {
        return isPrivileged() && other.isPrivileged() || equals(other);
    }

    /** As in messages: {@code baseline:v1.30}. */
    @Override
    public String toString() {
        return level + ":" + (minor == LATEST ? "latest" : "v1." + minor);
    }
}
