package io.k8j.apiserver.validation;

import java.util.Arrays;

/** Checks paths within volumes. */
final class PathValidation {
    private PathValidation() {}

    static boolean hasBacksteps(String path) {
        return Arrays.asList(path.split("/", -1)).contains("..");
    }

    static void noBacksteps(Findings f, Place p) {
        if (hasBacksteps(p.text())) {
            f.invalid(p, p.text(), "must not contain '..'");
        }
    }

    /** A relative path that stays below where it starts. */
    static void localDescending(Findings f, Place p) {
        if (p.text().startsWith("/")) {
            f.invalid(p, p.text(), "must be a relative path");
        }
        noBacksteps(f, p);
    }

    /** Such a path that also leaves names with two dots to the kubelet. */
    static void localNonReserved(Findings f, Place p) {
        localDescending(f, p);
        if (p.text().startsWith("..") && !p.text().startsWith("../")) {
            f.invalid(p, p.text(), "must not start with '..'");
        }
    }
}
