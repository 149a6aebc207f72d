package io.k8j.server.node;

import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.kubelet.KubeletConfig;
import io.k8j.kubelet.KubeletOptions;
import io.k8j.kubelet.eviction.EvictionConfig;
import io.k8j.kubelet.manifests.ManifestConfig;
import io.k8j.kubelet.shutdown.ShutdownConfig;
import io.k8j.server.flags.FlagValues;
import io.k8j.server.flags.KubeletFlags;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What upstream's flags mean for the kubelet. */
public final class KubeletSettings {
    private static final int HEALTHZ_PORT = 10248;
    private static final String BY_PRIORITY = "shutdown-grace-period-by-pod-priority";

    private KubeletSettings() {}

    /** @throws IllegalArgumentException in one sentence, if a value cannot be */
    public static void check(FlagValues flags) {
        apply(flags, KubeletConfig.defaults("node", List.of(), Path.of("/")));
    }

    /** Settings with what the flags change in them. */
    static KubeletConfig apply(FlagValues flags, KubeletConfig usual) {
        KubeletOptions options = new KubeletOptions(eviction(flags), manifests(flags), shutdown(flags), healthz(flags));
        return usual.withOptions(options)
                .withNode(usual.version(), (int) flags.number("max-pods", usual.maxPods()), usual.cgroupRoot())
                .withUpkeep(
                        size(flags, usual),
                        (int) flags.number("container-log-max-files", usual.containerLogMaxFiles()),
                        (int) flags.number("image-gc-high-threshold", usual.imageGcHighThresholdPercent()),
                        (int) flags.number("image-gc-low-threshold", usual.imageGcLowThresholdPercent()));
    }

    /** As upstream: a port of 0 turns it off. */
    private static InetSocketAddress healthz(FlagValues flags) {
        long port = flags.number("healthz-port", HEALTHZ_PORT);
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException(
                    "invalid configuration: healthzPort (--healthz-port) %d must be between ".formatted(port)
                            + "1 and 65535, inclusive");
        }
        String address = flags.text("healthz-bind-address", "127.0.0.1");
        if (!address.matches("[0-9a-fA-F:.]+")) {
            throw new IllegalArgumentException(
                    "%s healthz-bind-address=%s: must be an IP address".formatted(KubeletFlags.OPTION, address));
        }
        return port == 0 ? null : new InetSocketAddress(address, (int) port);
    }

    private static ManifestConfig manifests(FlagValues flags) {
        ManifestConfig defaults = ManifestConfig.NONE;
        String path = flags.text("pod-manifest-path", "");
        String url = flags.text("manifest-url", "");
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String header : flags.list("manifest-url-header")) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException(
                        "%s manifest-url-header=%s: must be NAME:VALUE".formatted(KubeletFlags.OPTION, header));
            }
            headers.computeIfAbsent(header.substring(0, colon).strip(), name -> new ArrayList<>())
                    .add(header.substring(colon + 1).strip());
        }
        return new ManifestConfig(
                path.isEmpty() ? null : Path.of(path).toAbsolutePath(),
                flags.duration("file-check-frequency", defaults.fileCheckFrequency()),
                url.isEmpty() ? null : URI.create(url),
                headers,
                flags.duration("http-check-frequency", defaults.httpCheckFrequency()));
    }

    /** How long Pods get when the node goes down. */
    public static ShutdownConfig shutdown(FlagValues flags) {
        Duration all = flags.duration("shutdown-grace-period", Duration.ZERO);
        Duration critical = flags.duration("shutdown-grace-period-critical-pods", Duration.ZERO);
        Map<Integer, Duration> byPriority = new LinkedHashMap<>();
        flags.map(BY_PRIORITY).forEach((priority, seconds) -> {
            try {
                byPriority.put(Integer.parseInt(priority), Duration.ofSeconds(Integer.parseUnsignedInt(seconds)));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "%s %s=%s=%s: must be PRIORITY=SECONDS"
                                .formatted(KubeletFlags.OPTION, BY_PRIORITY, priority, seconds),
                        e);
            }
        });
        if (byPriority.isEmpty()) return ShutdownConfig.of(all, critical);
        if (!all.isZero() || !critical.isZero()) {
            throw new IllegalArgumentException("invalid configuration: Cannot specify both "
                    + "shutdownGracePeriodByPodPriority and shutdownGracePeriod at the same time");
        }
        return ShutdownConfig.byPriority(byPriority);
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
