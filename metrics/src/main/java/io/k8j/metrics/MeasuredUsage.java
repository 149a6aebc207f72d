package io.k8j.metrics;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.model.api.ApiObject;
import io.k8j.model.usage.NodeUsage;
import io.k8j.model.usage.PodUsage;
import io.k8j.model.usage.Usage;
import io.k8j.model.usage.UsageSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Usage as the kubelets were last heard to tell it; of nodes without a kubelet, as their Pods' annotations say it. */
final class MeasuredUsage implements UsageSource {
    private final MetricsConfig config;
    private final PointStore points;
    private final InstantSource clock;
    private final Runnable asked;
    private volatile Set<String> played = Set.of();

    /** @param asked called with each question; must return at once */
    MeasuredUsage(MetricsConfig config, PointStore points, InstantSource clock, Runnable asked) {
        this.asked = asked;
        this.config = config;
        this.points = points;
        this.clock = clock;
    }

    /** @param names of the nodes that have no kubelet */
    void played(Set<String> names) {
        played = Set.copyOf(names);
    }

    /** Whoever plays nodes and measures them as well says where. */
    static boolean isPlayed(Node node, MetricsConfig config) {
        Map<String, String> annotations = node.getMetadata().getAnnotations();
        return annotations != null
                && annotations.containsKey(config.playedAnnotation())
                && !annotations.containsKey(KubeletClient.PATH_ANNOTATION);
    }

    @Override
    public Map<String, NodeUsage> ofNodes(Collection<ApiObject> nodes, Supplier<Collection<ApiObject>> pods) {
        asked.run();
        Map<String, NodeUsage> found = new HashMap<>();
        Set<String> light = new HashSet<>();
        for (ApiObject node : nodes) {
            if (isPlayed(node.as(Node.class), config)) light.add(node.name());
            else points.node(node.name()).ifPresent(usage -> found.put(node.name(), usage));
        }
        if (!light.isEmpty()) sum(light, pods.get(), found);
        return found;
    }

    private void sum(Set<String> nodes, Collection<ApiObject> pods, Map<String, NodeUsage> found) {
        Map<String, Usage> sums = new HashMap<>();
        for (String node : nodes) sums.put(node, new Usage(0, 0));
        for (ApiObject object : pods) {
            Pod pod = object.as(Pod.class);
            sums.computeIfPresent(
                    String.valueOf(pod.getSpec().getNodeName()),
                    (node, sum) -> sum.plus(
                            PlayedUsage.containers(pod).values().stream().reduce(new Usage(0, 0), Usage::plus)));
        }
        sums.forEach((node, sum) -> found.put(node, new NodeUsage(round(), config.metricResolution(), sum)));
    }

    @Override
    public Optional<PodUsage> ofPod(ApiObject object) {
        asked.run();
        Optional<PodUsage> measured = points.pod(object.namespace(), object.name());
        if (measured.isPresent() || played.isEmpty()) return measured;
        Pod pod = object.as(Pod.class);
        if (!played.contains(String.valueOf(pod.getSpec().getNodeName()))) return Optional.empty();
        TreeMap<String, Usage> containers = PlayedUsage.containers(pod);
        return Optional.of(new PodUsage(round(), config.metricResolution(), containers));
    }

    /** When the last round would have been. */
    private Instant round() {
        Duration pause = config.metricResolution();
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        return now.minusSeconds(Math.floorMod(now.getEpochSecond(), pause.toSeconds()));
    }
}
