package io.k8j.server.node;

import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.kubelet.KubeletConfig;
import io.k8j.kubelet.KubeletOptions;
import io.k8j.kubelet.eviction.EvictionConfig;
import io.k8j.server.flags.FlagValues;
import io.k8j.server.flags.KubeletFlags;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** What upstream's flags mean for the kubelet. */
public final class KubeletSettings {
    private KubeletSettings() {}

    /** @throws IllegalArgumentException in one sentence, if a value cannot be */
    public static void check(FlagValues flags) {
        apply(flags, KubeletConfig.defaults("node", java.util.List.of(), Path.of("/")));
    }

    /** Settings with what the flags change in them. */
    static KubeletConfig apply(FlagValues flags, KubeletConfig usual) {
        KubeletOptions defaults = usual.options();
        String manifests = flags.text("pod-manifest-path");
        KubeletOptions options = new KubeletOptions(
                eviction(flags),
                manifests == null || manifests.isEmpty()
                        ? null
                        : Path.of(manifests).toAbsolutePath(),
                flags.duration("file-check-frequency", defaults.fileCheckFrequency()),
                flags.duration("shutdown-grace-period", defaults.shutdownGracePeriod()),
                flags.duration("shutdown-grace-period-critical-pods", defaults.shutdownGracePeriodCriticalPods()));
        return usual.withOptions(options)
                .withNode(usual.version(), (int) flags.number("max-pods", usual.maxPods()), usual.cgroupRoot())
                .withUpkeep(
                        size(flags, usual),
                        (int) flags.number("container-log-max-files", usual.containerLogMaxFiles()),
                        (int) flags.number("image-gc-high-threshold", usual.imageGcHighThresholdPercent()),
                        (int) flags.number("image-gc-low-threshold", usual.imageGcLowThresholdPercent()));
    }

    private static long size(FlagValues flags, KubeletConfig usual) {
        String text = flags.text("container-log-max-size");
        if (text == null) {
            return usual.containerLogMaxSize();
        }
        try {
            return Quantity.getAmountInBytes(Quantity.parse(text)).longValueExact();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "%s container-log-max-size=%s: must be an amount such as 10Mi".formatted(KubeletFlags.OPTION, text),
                    e);
        }
    }

    private static EvictionConfig eviction(FlagValues flags) {
        Map<String, Duration> grace = new LinkedHashMap<>();
        flags.map("eviction-soft-grace-period")
                .forEach(
                        (signal, text) -> grace.put(signal, KubeletFlags.duration("eviction-soft-grace-period", text)));
        return EvictionConfig.parse(
                flags.text("eviction-hard", EvictionConfig.HARD),
                flags.text("eviction-soft", ""),
                grace,
                flags.map("eviction-minimum-reclaim"),
                flags.number("eviction-max-pod-grace-period", EvictionConfig.DEFAULTS.maxPodGraceSeconds()),
                flags.duration("eviction-pressure-transition-period", EvictionConfig.DEFAULTS.transition()));
    }
}
