package io.k8j.scheduler.metrics;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.k8j.model.metrics.MetricText;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code kube_pod_resource_*}: what Pods ask for and may use, as scheduler and kubelet see it. */
public final class PodResourceMetrics {
    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");

    private PodResourceMetrics() {}

    public static void write(StringBuilder out, Collection<Pod> pods) {
        TreeMap<String, Number> requests = new TreeMap<>();
        TreeMap<String, Number> limits = new TreeMap<>();
        for (Pod pod : pods) {
            if (pod.getStatus() != null
                    && ENDED.contains(String.valueOf(pod.getStatus().getPhase()))) continue;
            sum(pod, true, ResourceRequirements::getRequests)
                    .forEach((name, sum) -> requests.put(labels(pod, name), sum));
            sum(pod, false, ResourceRequirements::getLimits).forEach((name, sum) -> limits.put(labels(pod, name), sum));
        }
        String tail =
                " for workloads on the cluster, broken down by pod. This shows the resource usage the scheduler and"
                        + " kubelet expect per pod for resources along with the unit for the resource if any.";
        MetricText.family(out, "kube_pod_resource_limit", "STABLE", "Resources limit" + tail, "gauge", limits);
        MetricText.family(
                out,
                "kube_pod_resource_request",
                "STABLE",
                "Resources requested" + tail.replaceFirst(" for workloads", " by workloads"),
                "gauge",
                requests);
    }

    /** The containers and sidecars together, or the most that initialization needs; then what the Pod costs itself. */
    private static Map<String, BigDecimal> sum(
            Pod pod, boolean isRequests, Function<ResourceRequirements, Map<String, Quantity>> wanted) {
        Map<String, BigDecimal> total = new TreeMap<>();
        Map<String, BigDecimal> sidecars = new TreeMap<>();
        Map<String, BigDecimal> most = new TreeMap<>();
        for (Container container : pod.getSpec().getContainers())
            amounts(container, wanted).forEach(add(total));
        for (Container init : pod.getSpec().getInitContainers()) {
            Map<String, BigDecimal> one = amounts(init, wanted);
            sidecars.forEach((name, amount) -> one.merge(name, amount, BigDecimal::add));
            one.forEach((name, amount) -> most.merge(name, amount, BigDecimal::max));
            if ("Always".equals(init.getRestartPolicy())) {
                amounts(init, wanted).forEach(add(total));
                amounts(init, wanted).forEach(add(sidecars));
            }
        }
        most.forEach((name, amount) -> total.merge(name, amount, BigDecimal::max));
        ResourceRequirements whole = pod.getSpec().getResources();
        if (whole != null) total.putAll(amounts(wanted.apply(whole)));
        amounts(pod.getSpec().getOverhead()).forEach((name, amount) -> {
            if (isRequests || total.containsKey(name)) total.merge(name, amount, BigDecimal::add); // no limit is none
        });
        return total;
    }

    private static BiConsumer<String, BigDecimal> add(Map<String, BigDecimal> to) {
        return (name, amount) -> to.merge(name, amount, BigDecimal::add);
    }

    private static Map<String, BigDecimal> amounts(
            Container container, Function<ResourceRequirements, Map<String, Quantity>> wanted) {
        return container.getResources() == null ? new TreeMap<>() : amounts(wanted.apply(container.getResources()));
    }

    private static Map<String, BigDecimal> amounts(Map<String, Quantity> quantities) {
        Map<String, BigDecimal> amounts = new TreeMap<>();
        if (quantities != null) quantities.forEach((name, value) -> amounts.put(name, value.getNumericalAmount()));
        return amounts;
    }

    private static String labels(Pod pod, String resource) {
        Integer priority = pod.getSpec().getPriority();
        return Stream.of(
                        MetricText.label("namespace", pod.getMetadata().getNamespace()),
                        MetricText.label("node", text(pod.getSpec().getNodeName())),
                        MetricText.label("pod", pod.getMetadata().getName()),
                        MetricText.label("priority", priority == null ? "" : priority.toString()),
                        MetricText.label("resource", resource),
                        MetricText.label("scheduler", text(pod.getSpec().getSchedulerName())),
                        MetricText.label("unit", unit(resource)))
                .collect(Collectors.joining(","));
    }

    private static String text(String value) {
        return value == null ? "" : value;
    }

    private static String unit(String resource) {
        if (resource.equals("cpu")) return "cores";
        boolean bytes = resource.equals("memory") || resource.endsWith("storage") || resource.startsWith("hugepages-");
        return bytes ? "bytes" : "integer";
    }
}
