package io.k8j.kubelet.server;

import io.k8j.kubelet.KubeletConfig;
import io.k8j.kubelet.KubeletOptions;
import io.k8j.kubelet.eviction.Amount;
import io.k8j.kubelet.eviction.EvictionConfig;
import io.k8j.kubelet.eviction.Threshold;
import io.k8j.model.api.GoDuration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** The settings as {@code /configz} shows them: what works here of upstream's KubeletConfiguration. Pure. */
final class Configz {
    private Configz() {}

    static Map<String, Object> of(KubeletConfig config) {
        KubeletOptions options = config.options();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("enableServer", true);
        if (options.manifests().path() != null) {
            tree.put("staticPodPath", options.manifests().path().toString());
        }
        tree.put("fileCheckFrequency", GoDuration.format(options.manifests().fileCheckFrequency()));
        tree.put("httpCheckFrequency", GoDuration.format(options.manifests().httpCheckFrequency()));
        if (options.manifests().url() != null) {
            tree.put("staticPodURL", options.manifests().url().toString());
        }
        tree.put("address", config.address());
        tree.put("port", config.port());
        tree.put(
                "authentication",
                Map.of(
                        "x509", Map.of(),
                        "webhook", Map.of("enabled", true, "cacheTTL", "5m0s"),
                        "anonymous", Map.of("enabled", false)));
        tree.put(
                "authorization",
                Map.of(
                        "mode",
                        "Webhook",
                        "webhook",
                        Map.of("cacheAuthorizedTTL", "5m0s", "cacheUnauthorizedTTL", "30s")));
        if (options.healthz() != null) {
            tree.put("healthzPort", options.healthz().getPort());
            tree.put("healthzBindAddress", options.healthz().getHostString());
        }
        tree.put("clusterDomain", config.clusterDomain());
        tree.put("clusterDNS", config.clusterDns());
        tree.put("nodeStatusUpdateFrequency", GoDuration.format(config.nodeStatusUpdateFrequency()));
        tree.put("nodeStatusReportFrequency", GoDuration.format(config.nodeStatusReportFrequency()));
        tree.put("nodeLeaseDurationSeconds", config.nodeLeaseDuration().toSeconds());
        tree.put("imageGCHighThresholdPercent", config.imageGcHighThresholdPercent());
        tree.put("imageGCLowThresholdPercent", config.imageGcLowThresholdPercent());
        tree.put("cgroupRoot", config.cgroupRoot());
        tree.put("cgroupDriver", "cgroupfs");
        tree.put("maxPods", config.maxPods());
        tree.put("resolvConf", config.resolvConf().toString());
        eviction(tree, options.eviction());
        tree.put("containerLogMaxSize", String.valueOf(config.containerLogMaxSize()));
        tree.put("containerLogMaxFiles", config.containerLogMaxFiles());
        tree.put("podLogsDir", config.podLogsDir().toString());
        tree.put("registerNode", true);
        tree.put("kind", "KubeletConfiguration");
        tree.put("apiVersion", "kubelet.config.k8s.io/v1beta1");
        return tree;
    }

    private static void eviction(Map<String, Object> tree, EvictionConfig eviction) {
        tree.put("evictionHard", amounts(eviction, threshold -> !threshold.isSoft(), false));
        Map<String, Object> soft = amounts(eviction, Threshold::isSoft, false);
        if (!soft.isEmpty()) {
            tree.put("evictionSoft", soft);
            Map<String, Object> grace = new LinkedHashMap<>();
            eviction.thresholds().stream()
                    .filter(Threshold::isSoft)
                    .forEach(threshold -> grace.put(threshold.signal().text(), GoDuration.format(threshold.grace())));
            tree.put("evictionSoftGracePeriod", grace);
        }
        tree.put("evictionPressureTransitionPeriod", GoDuration.format(eviction.transition()));
        if (eviction.maxPodGraceSeconds() > 0) {
            tree.put("evictionMaxPodGracePeriod", eviction.maxPodGraceSeconds());
        }
        Map<String, Object> reclaim =
                amounts(eviction, threshold -> !threshold.reclaim().equals(Amount.NONE), true);
        if (!reclaim.isEmpty()) tree.put("evictionMinimumReclaim", reclaim);
    }

    private static Map<String, Object> amounts(EvictionConfig config, Predicate<Threshold> which, boolean reclaim) {
        Map<String, Object> amounts = new LinkedHashMap<>();
        config.thresholds().stream()
                .filter(which)
                .forEach(threshold -> amounts.put(
                        threshold.signal().text(), (reclaim ? threshold.reclaim() : threshold.least()).text()));
        return amounts;
    }
}
