package io.k8j.kubelet.metrics;

import io.k8j.model.metrics.Histogram;
import io.k8j.model.metrics.MetricFamily;
import java.util.List;

/** What is counted of Pods and their containers. Safe for all threads; durations are in nanoseconds. */
public final class PodMetrics {
    /** The bounds that Prometheus' client takes if it is told none. */
    static final double[] USUAL = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};

    private static final double[] START = {
        0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600
    };
    private static final double[] STATUS = {0.010, 0.050, 0.100, 0.500, 1, 5, 10, 20, 30, 45, 60};
    private static final double NANOS = 1e9;

    private final MetricFamily workerSeconds = MetricFamily.histogram(
            "kubelet_pod_worker_duration_seconds",
            "ALPHA",
            "Duration in seconds to sync a single pod. Broken down by operation type: create, update, or sync",
            USUAL,
            "operation_type");
    private final MetricFamily workerStart = MetricFamily.histogram(
                    "kubelet_pod_worker_start_duration_seconds",
                    "ALPHA",
                    "Duration in seconds from kubelet seeing a pod to starting a worker.",
                    USUAL)
            .init();
    private final MetricFamily start = MetricFamily.histogram(
                    "kubelet_pod_start_duration_seconds",
                    "ALPHA",
                    "Duration in seconds from kubelet seeing a pod for the first time to the pod starting to run",
                    START)
            .init();
    private final MetricFamily startSli = MetricFamily.histogram(
            "kubelet_pod_start_sli_duration_seconds",
            "ALPHA",
            "Duration in seconds to start a pod, excluding time to pull images and run init containers, measured from pod"
                    + " creation timestamp to when all its containers are reported as started and observed via watch",
            START);
    private final MetricFamily startTotal = MetricFamily.histogram(
            "kubelet_pod_start_total_duration_seconds",
            "ALPHA",
            "Duration in seconds to start a pod since creation, including time to pull images and run init containers,"
                    + " measured from pod creation timestamp to when all its containers are reported as started and"
                    + " observed via watch",
            START);
    private final MetricFamily firstNetworkStart = MetricFamily.gauge(
                    "kubelet_first_network_pod_start_sli_duration_seconds",
                    "INTERNAL",
                    "Duration in seconds to start the first network pod, excluding time to pull images and run init"
                            + " containers, measured from pod creation timestamp to when all its containers are reported"
                            + " as started and observed via watch")
            .init();
    private final MetricFamily statusSync = MetricFamily.histogram(
                    "kubelet_pod_status_sync_duration_seconds",
                    "ALPHA",
                    "Duration in seconds to sync a pod status update. Measures time from detection of a change to pod"
                            + " status until the API is successfully updated for that pod, even if multiple intevening"
                            + " changes to pod status occur.",
                    STATUS)
            .init();
    private final MetricFamily containersPerPod = MetricFamily.histogram(
                    "kubelet_containers_per_pod_count",
                    "ALPHA",
                    "The number of containers per pod.",
                    Histogram.exponential(1, 2, 5))
            .init();
    private final MetricFamily startedPods = MetricFamily.counter(
                    "kubelet_started_pods_total", "ALPHA", "Cumulative number of pods started")
            .init();
    private final MetricFamily startedPodsErrors = MetricFamily.counter(
                    "kubelet_started_pods_errors_total", "ALPHA", "Cumulative number of errors when starting pods")
            .init();
    private final MetricFamily startedContainers = MetricFamily.counter(
            "kubelet_started_containers_total", "ALPHA", "Cumulative number of containers started", "container_type");
    private final MetricFamily startedContainersErrors = MetricFamily.counter(
            "kubelet_started_containers_errors_total",
            "ALPHA",
            "Cumulative number of errors when starting containers",
            "container_type",
            "code");
    private final MetricFamily terminatedContainers = MetricFamily.counter(
            "kubelet_terminated_containers_total",
            "ALPHA",
            "Cumulative number of container terminations.",
            "container_type",
            "exit_code",
            "reason");
    private final MetricFamily sandboxSeconds = MetricFamily.histogram(
            "kubelet_run_podsandbox_duration_seconds",
            "ALPHA",
            "Duration in seconds of the run_podsandbox operations. Broken down by RuntimeClass.Handler.",
            USUAL,
            "runtime_handler");
    private final MetricFamily sandboxErrors = MetricFamily.counter(
            "kubelet_run_podsandbox_errors_total",
            "ALPHA",
            "Cumulative number of the run_podsandbox operation errors by RuntimeClass.Handler.",
            "runtime_handler");
    private final MetricFamily orphans = MetricFamily.counter(
                    "kubelet_orphaned_runtime_pods_total",
                    "ALPHA",
                    "Number of pods that have been detected in the container runtime without being already known to the pod"
                            + " worker. This typically indicates the kubelet was restarted while a pod was force deleted"
                            + " in the API or in the local configuration, which is unusual.")
            .init();
    private final List<MetricFamily> all = List.of(
            workerSeconds,
            workerStart,
            start,
            startSli,
            startTotal,
            firstNetworkStart,
            statusSync,
            containersPerPod,
            startedPods,
            startedPodsErrors,
            startedContainers,
            startedContainersErrors,
            terminatedContainers,
            sandboxSeconds,
            sandboxErrors,
            orphans);
    private boolean networkStarted; // guarded by this

    /** @param type {@code create}, {@code update}, {@code sync} or {@code terminated} */
    public void turned(String type, long nanos) {
        workerSeconds.observe(nanos / NANOS, type);
    }

    /** A Pod's worker begins, so long after the Pod was seen first. */
    public void workerBegan(long nanos, int containers) {
        workerStart.observe(nanos / NANOS);
        containersPerPod.observe(containers);
    }

    /** A Pod runs, so long after it was seen first. */
    public void running(long nanos) {
        start.observe(nanos / NANOS);
    }

    /**
     * All of a Pod's containers run and everybody can see it.
     *
     * @param total since its creation
     * @param own likewise, without pulls and init containers
     * @param stateless whether it has no volumes but such as are made of the API's objects or empty
     * @param ownNetwork whether it has a network of its own
     */
    public void started(long total, long own, boolean stateless, boolean ownNetwork) {
        startTotal.observe(total / NANOS);
        if (!stateless) return;
        startSli.observe(own / NANOS);
        synchronized (this) {
            if (networkStarted || !ownNetwork) return;
            networkStarted = true;
        }
        firstNetworkStart.set(own / NANOS);
    }

    /** A status was written, so long after it had changed. */
    public void statusWritten(long nanos) {
        statusSync.observe(nanos / NANOS);
    }

    /** A sandbox was asked for. */
    public void sandbox(String handler, long nanos, boolean failed) {
        startedPods.count();
        sandboxSeconds.observe(nanos / NANOS, handler);
        if (failed) {
            startedPodsErrors.count();
            sandboxErrors.count(handler);
        }
    }

    /** @param type {@code container}, {@code init_container} or {@code ephemeral_container}, likewise below */
    public void containerStarts(String type) {
        startedContainers.count(type);
    }

    /** @param code reason of the state in which the container waits then */
    public void containerFailed(String type, String code) {
        startedContainersErrors.count(type, code);
    }

    public void containerEnded(String type, int exitCode, String reason) {
        terminatedContainers.count(type, String.valueOf(exitCode), reason == null ? "" : reason);
    }

    /** The runtime has a Pod that nobody knows. */
    public void orphan() {
        orphans.count();
    }

    public void write(StringBuilder out) {
        all.forEach(family -> family.write(out));
    }
}
