package io.k8j.server.controlplane;

import io.k8j.server.Version;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code /version} says. */
final class VersionDocument {
    private VersionDocument() {}

    static Map<String, Object> tree() {
        Map<String, Object> version = new LinkedHashMap<>();
        version.put("major", Version.MAJOR);
        version.put("minor", Version.MINOR);
        version.put("emulationMajor", Version.MAJOR);
        version.put("emulationMinor", Version.MINOR);
        version.put("minCompatibilityMajor", Version.MAJOR);
        version.put("minCompatibilityMinor", "35");
        version.put("gitVersion", Version.GIT);
        version.put("gitCommit", "k8j");
        version.put("gitTreeState", "clean");
        version.put("buildDate", "1970-01-01T00:00:00Z");
        version.put("goVersion", "java" + System.getProperty("java.version"));
        version.put("compiler", "javac");
        version.put("platform", "linux/" + (System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64"));
        return version;
    }
}
