package io.k8j.kubelet.metrics;

import io.k8j.model.metrics.MetricFamily;
import java.util.List;
import java.util.Set;

/** What is counted of the node as a whole. Safe for all threads; durations are in nanoseconds. */
public final class NodeMetrics {
    private static final double[] PULL = {
        1, 5, 10, 20, 30, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600
    };
    private static final double NANOS = 1e9;
    private static final long MEGA = 1L << 20;
    private static final long GIGA = 1L << 30;

    /** Reasons that are counted under their own names; others are many. */
    private static final Set<String> REFUSALS = Set.of(
            "AppArmor",
            "PodOSSelectorNodeLabelDoesNotMatch",
            "PodOSNotSupported",
            "InvalidNodeInfo",
            "InitContainerRestartPolicyForbidden",
            "SupplementalGroupsPolicyNotSupported",
            "UnexpectedAdmissionError",
            "UnknownReason",
            "UnexpectedPredicateFailureType",
            "OutOfcpu",
            "OutOfmemory",
            "OutOfephemeral-storage",
            "OutOfpods",
            "Evicted",
            "SysctlForbidden",
            "TopologyAffinityError",
            "NodeShutdown",
            "PodLevelResourcesNotSupported",
            "PodFeatureUnsupported",
            "VolumeAttachmentLimitExceeded",
            "node(s) had taints that the pod didn't tolerate");

    private static final Set<String> PLAIN = Set.of("cpu", "memory", "ephemeral-storage", "pods");

    /** An image's size and what it is called; the upper ones first. */
    private record Size(long least, String label) {}

    private static final List<Size> SIZES = List.of(
            new Size(100 * GIGA, "GT100GB"),
            new Size(60 * GIGA, "60GB-100GB"),
            new Size(40 * GIGA, "40GB-60GB"),
            new Size(30 * GIGA, "30GB-40GB"),
            new Size(20 * GIGA, "20GB-30GB"),
            new Size(10 * GIGA, "10GB-20GB"),
            new Size(5 * GIGA, "5GB-10GB"),
            new Size(GIGA, "1GB-5GB"),
            new Size(500 * MEGA, "500MB-1GB"),
            new Size(100 * MEGA, "100MB-500MB"),
            new Size(10 * MEGA, "10MB-100MB"),
            new Size(0, "0-10MB"));

    private final MetricFamily evictions = MetricFamily.counter(
            "kubelet_evictions", "ALPHA", "Cumulative number of pod evictions by eviction signal", "eviction_signal");
    private final MetricFamily statsAge = MetricFamily.histogram(
            "kubelet_eviction_stats_age_seconds",
            "ALPHA",
            "Time between when stats are collected, and when pod is evicted based on those stats by eviction signal",
            PodMetrics.USUAL,
            "eviction_signal");
    private final MetricFamily preemptions = MetricFamily.counter(
            "kubelet_preemptions",
            "ALPHA",
            "Cumulative number of pod preemptions by preemption resource",
            "preemption_signal");
    private final MetricFamily refusals = MetricFamily.counter(
            "kubelet_admission_rejections_total",
            "ALPHA",
            "Cumulative number pod admission rejections by the Kubelet.",
            "reason");
    private final MetricFamily pulls = MetricFamily.histogram(
            "kubelet_image_pull_duration_seconds",
            "ALPHA",
            "Duration in seconds to pull an image.",
            PULL,
            "image_size_in_bytes");
    private final MetricFamily imagesRemoved = MetricFamily.counter(
            "kubelet_image_garbage_collected_total",
            "ALPHA",
            "Total number of images garbage collected by the kubelet, whether through disk usage or image age.",
            "reason");
    private final MetricFamily hookFallbacks = MetricFamily.counter(
                    "kubelet_lifecycle_handler_http_fallbacks_total",
                    "ALPHA",
                    "The number of times lifecycle handlers successfully fell back to http from https.")
            .init();
    private final List<MetricFamily> all =
            List.of(evictions, statsAge, preemptions, refusals, pulls, imagesRemoved, hookFallbacks);

    /** A Pod is evicted for a signal such as {@code memory.available}. */
    public void evicted(String signal) {
        evictions.count(signal);
    }

    /** A threshold is met by what was seen so long ago. */
    public void thresholdMet(String signal, long nanos) {
        statsAge.observe(nanos / NANOS, signal);
    }

    /** A Pod has to go for another one, which lacks this resource. */
    public void preempted(String resource) {
        preemptions.count(resource);
    }

    /** A Pod was refused. */
    public void refused(String reason) {
        if (REFUSALS.contains(reason)) {
            refusals.count(reason);
        } else {
            boolean extended = reason.startsWith("OutOf") && !PLAIN.contains(reason.substring("OutOf".length()));
            refusals.count(extended ? "OutOfExtendedResources" : "Other");
        }
    }

    /** An image was pulled. */
    public void pulled(long bytes, long nanos) {
        String size = SIZES.stream()
                .filter(one -> bytes >= one.least())
                .findFirst()
                .orElse(SIZES.getLast())
                .label();
        pulls.observe(nanos / NANOS, size);
    }

    /** An unused image was removed because the disk was full. */
    public void imageRemoved() {
        imagesRemoved.count("space");
    }

    /** A hook's server spoke HTTP only. */
    public void hookFellBack() {
        hookFallbacks.count();
    }

    public void write(StringBuilder out) {
        all.forEach(family -> family.write(out));
    }
}
