package io.k8j.server.flags;

import java.util.List;

/** The flags of upstream's kubelet that {@code --kubelet-arg} passes through. */
public final class KubeletFlags {
    public static final String OPTION = "--kubelet-arg";

    public static final List<Flag> ALL = List.of(
            new Flag("container-log-max-files", FlagType.NUMBER),
            new Flag("container-log-max-size", FlagType.TEXT),
            new Flag("eviction-hard", FlagType.TEXT),
            new Flag("eviction-max-pod-grace-period", FlagType.NUMBER),
            new Flag("eviction-minimum-reclaim", FlagType.MAP),
            new Flag("eviction-pressure-transition-period", FlagType.DURATION),
            new Flag("eviction-soft", FlagType.TEXT),
            new Flag("eviction-soft-grace-period", FlagType.MAP),
            new Flag("file-check-frequency", FlagType.DURATION),
            new Flag("healthz-bind-address", FlagType.TEXT),
            new Flag("healthz-port", FlagType.NUMBER),
            new Flag("http-check-frequency", FlagType.DURATION),
            new Flag("image-gc-high-threshold", FlagType.NUMBER),
            new Flag("image-gc-low-threshold", FlagType.NUMBER),
            new Flag("manifest-url", FlagType.TEXT),
            new Flag("manifest-url-header", FlagType.LIST),
            new Flag("max-pods", FlagType.NUMBER),
            new Flag("pod-manifest-path", FlagType.TEXT),
            // Upstream has these three in its configuration file only.
            new Flag("shutdown-grace-period", FlagType.DURATION),
            new Flag("shutdown-grace-period-by-pod-priority", FlagType.MAP),
            new Flag("shutdown-grace-period-critical-pods", FlagType.DURATION));

    private KubeletFlags() {}

    /** @throws IllegalArgumentException in one sentence, if a name is unknown or a value has the wrong form */
    public static FlagValues parse(List<String> arguments) {
        return FlagValues.parse(OPTION, arguments, ALL);
    }

    /**
     * A duration as the value of a map has it.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static java.time.Duration duration(String name, String value) {
        java.time.Duration duration = FlagType.duration(value);
        if (duration == null) {
            throw new IllegalArgumentException(
                    "%s %s=%s: must be a duration such as 10s or 1h30m".formatted(OPTION, name, value));
        }
        return duration;
    }
}
