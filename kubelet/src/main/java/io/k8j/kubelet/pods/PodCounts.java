package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.cri.v1.ContainerState;
import io.k8j.kubelet.manifests.StaticPod;
import io.k8j.kubelet.pods.plan.RuntimePod.RuntimeContainer;
import io.k8j.kubelet.pods.plan.RuntimePod.Sandbox;
import io.k8j.model.metrics.MetricText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts the Pods and containers that there are at the moment, when somebody asks. */
final class PodCounts {
    private static final String GAUGE = "gauge";
    private static final List<String> LIFECYCLES = List.of("sync", "terminating", "terminated");

    private final List<PodWorker> workers;
    private final int mirrors;

    PodCounts(Collection<PodWorker> workers, int mirrors) {
        this.workers = new ArrayList<>(workers);
        this.mirrors = mirrors;
    }

    void write(StringBuilder out) {
        MetricText.single(
                out,
                "kubelet_running_pods",
                "ALPHA",
                "Number of pods that have a running pod sandbox",
                GAUGE,
                workers.stream()
                        .filter(worker -> worker.lastSeen().sandboxes().stream().anyMatch(Sandbox::ready))
                        .count());
        family(out, "running_containers", "Number of containers currently running", containers());
        family(
                out,
                "desired_pods",
                "The number of pods the kubelet is being instructed to run. static is true if the pod is not from the"
                        + " apiserver.",
                byOrigin(workers));
        family(
                out,
                "active_pods",
                "The number of pods the kubelet considers active and which are being considered when admitting new pods."
                        + " static is true if the pod is not from the apiserver.",
                byOrigin(workers.stream().filter(worker -> !worker.isOver()).toList()));
        MetricText.single(
                out,
                "kubelet_mirror_pods",
                "ALPHA",
                "The number of mirror pods the kubelet will try to create (one per admitted static pod)",
                GAUGE,
                mirrors);
        family(
                out,
                "working_pods",
                "Number of pods the kubelet is actually running, broken down by lifecycle phase, whether the pod is"
                        + " desired, orphaned, or runtime only (also orphaned), and whether the pod is static. An orphaned"
                        + " pod has been removed from local configuration or force deleted in the API and consumes"
                        + " resources that are not otherwise visible.",
                working());
    }

    private static void family(StringBuilder out, String name, String help, Map<String, Integer> samples) {
        MetricText.family(out, "kubelet_" + name, "ALPHA", help, GAUGE, samples);
    }

    private Map<String, Integer> containers() {
        Map<String, Integer> counts = new TreeMap<>();
        for (PodWorker worker : workers) {
            for (RuntimeContainer container : worker.lastSeen().containers()) {
                counts.merge("container_state=\"%s\"".formatted(state(container)), 1, Integer::sum);
            }
        }
        return counts;
    }

    private static String state(RuntimeContainer container) {
        ContainerState state = container.status().getState();
        return switch (state) {
            case CONTAINER_CREATED -> "created";
            case CONTAINER_RUNNING -> "running";
            case CONTAINER_EXITED -> "exited";
            case CONTAINER_UNKNOWN, UNRECOGNIZED -> "unknown";
        };
    }

    private static Map<String, Integer> byOrigin(List<PodWorker> counted) {
        int statics = (int) counted.stream()
                .filter(worker -> StaticPod.isStatic(worker.pod()))
                .count();
        return Map.of("static=\"\"", counted.size() - statics, "static=\"true\"", statics);
    }

    private Map<String, Integer> working() {
        Map<String, Integer> counts = new TreeMap<>();
        for (String lifecycle : LIFECYCLES) {
            for (String config : List.of("desired", "orphan")) {
                for (String fixed : List.of("", "true")) counts.put(labels(config, lifecycle, fixed), 0);
            }
            counts.put(labels("runtime_only", lifecycle, "unknown"), 0);
        }
        for (PodWorker worker : workers) {
            Pod pod = worker.pod();
            String lifecycle = worker.isOver() && !worker.lastSeen().anythingRuns()
                    ? "terminated"
                    : worker.isEnding() ? "terminating" : "sync";
            String config = worker.isRemoved() ? "orphan" : "desired";
            counts.merge(labels(config, lifecycle, StaticPod.isStatic(pod) ? "true" : ""), 1, Integer::sum);
        }
        return counts;
    }

    private static String labels(String config, String lifecycle, String fixed) {
        return "config=\"%s\",lifecycle=\"%s\",static=\"%s\"".formatted(config, lifecycle, fixed);
    }
}
