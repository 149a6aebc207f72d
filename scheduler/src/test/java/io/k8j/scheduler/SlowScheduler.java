package io.k8j.scheduler;

import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.k8j.client.Selectors;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Says by the plainest means which nodes are best for a Pod; knows what {@link ReferenceTest} makes. */
final class SlowScheduler {
    final List<Node> nodes = new ArrayList<>();
    final Map<Pod, String> pods = new LinkedHashMap<>();

    /** Names of the nodes with the highest score; empty if none fits. */
    Set<String> best(Pod pod) {
        List<Node> fitting = nodes.stream().filter(node -> fits(pod, node)).toList();
        Map<String, Long> taints = new HashMap<>();
        fitting.forEach(node -> taints.put(name(node), softTaints(pod, node)));
        long most = taints.values().stream().mapToLong(t -> t).max().orElse(0);
        Map<String, Long> friends = new HashMap<>();
        fitting.forEach(node -> friends.put(name(node), hardFriends(pod, node)));
        long fewestFriends = friends.values().stream().mapToLong(f -> f).min().orElse(0);
        long mostFriends = friends.values().stream().mapToLong(f -> f).max().orElse(0);
        Map<String, Long> scores = new HashMap<>();
        for (Node node : fitting) {
            long taintScore = most == 0 ? 100 : 100 - 100 * taints.get(name(node)) / most;
            long friendScore = mostFriends == fewestFriends
                    ? 0
                    : (long) (100
                            * ((double) (friends.get(name(node)) - fewestFriends) / (mostFriends - fewestFriends)));
            scores.put(name(node), 3 * taintScore + 2 * friendScore + leastAllocated(pod, node) + balanced(pod, node));
        }
        long highest = scores.values().stream().mapToLong(s -> s).max().orElse(0);
        Set<String> best = new HashSet<>();
        scores.forEach((node, score) -> {
            if (score == highest) {
                best.add(node);
            }
        });
        return best;
    }

    private boolean fits(Pod pod, Node node) {
        return !Boolean.TRUE.equals(node.getSpec().getUnschedulable())
                && node.getSpec().getTaints().stream()
                        .noneMatch(t -> t.getEffect().equals("NoSchedule") && !tolerates(pod, t))
                && node.getMetadata()
                        .getLabels()
                        .entrySet()
                        .containsAll(
                                pod.getSpec().getNodeSelector() == null
                                        ? Set.of()
                                        : pod.getSpec().getNodeSelector().entrySet())
                && on(node).stream()
                        .noneMatch(other -> hostPorts(other).stream().anyMatch(hostPorts(pod)::contains))
                && on(node).size() + 1 <= has(node, "pods")
                && taken(node, "cpu") + wants(pod, "cpu") <= has(node, "cpu")
                && taken(node, "memory") + wants(pod, "memory") <= has(node, "memory")
                && spreads(pod, node)
                && hasFriends(pod, node)
                && hasNoEnemies(pod, node);
    }

    private boolean spreads(Pod pod, Node node) {
        for (TopologySpreadConstraint constraint : pod.getSpec().getTopologySpreadConstraints()) {
            Map<String, Integer> counts = new HashMap<>();
            for (Node other : nodes) {
                if (pod.getSpec().getNodeSelector() == null
                        || other.getMetadata()
                                .getLabels()
                                .entrySet()
                                .containsAll(pod.getSpec().getNodeSelector().entrySet())) {
                    int matching = (int) on(other).stream()
                            .filter(p -> Selectors.matches(
                                    constraint.getLabelSelector(),
                                    p.getMetadata().getLabels()))
                            .count();
                    counts.merge(domain(other, constraint.getTopologyKey()), matching, Integer::sum);
                }
            }
            int self = Selectors.matches(
                            constraint.getLabelSelector(), pod.getMetadata().getLabels())
                    ? 1
                    : 0;
            int least = counts.values().stream().mapToInt(c -> c).min().orElse(0);
            int here = counts.getOrDefault(domain(node, constraint.getTopologyKey()), 0);
            if (here + self - least > constraint.getMaxSkew()) {
                return false;
            }
        }
        return true;
    }

    private boolean hasFriends(Pod pod, Node node) {
        for (PodAffinityTerm term : required(pod)) {
            boolean anywhere = pods.keySet().stream().anyMatch(p -> matches(term, p));
            boolean here = pods.entrySet().stream()
                    .anyMatch(e -> matches(term, e.getKey()) && sameDomain(term, node, e.getValue()));
            if (!here && (anywhere || !matches(term, pod))) {
                return false;
            }
        }
        return true;
    }

    private boolean hasNoEnemies(Pod pod, Node node) {
        return pods.entrySet().stream()
                .noneMatch(e -> requiredAnti(pod).stream()
                                .anyMatch(t -> matches(t, e.getKey()) && sameDomain(t, node, e.getValue()))
                        || requiredAnti(e.getKey()).stream()
                                .anyMatch(t -> matches(t, pod) && sameDomain(t, node, e.getValue())));
    }

    /** Pods that require Pods like this one nearby. */
    private long hardFriends(Pod pod, Node node) {
        return pods.entrySet().stream()
                .mapToLong(e -> required(e.getKey()).stream()
                        .filter(t -> matches(t, pod) && sameDomain(t, node, e.getValue()))
                        .count())
                .sum();
    }

    private boolean sameDomain(PodAffinityTerm term, Node node, String other) {
        Node there =
                nodes.stream().filter(n -> name(n).equals(other)).findFirst().orElseThrow();
        return domain(node, term.getTopologyKey()).equals(domain(there, term.getTopologyKey()));
    }

    private static boolean matches(PodAffinityTerm term, Pod pod) {
        return Selectors.matches(term.getLabelSelector(), pod.getMetadata().getLabels());
    }

    private static List<PodAffinityTerm> required(Pod pod) {
        return pod.getSpec().getAffinity() == null
                        || pod.getSpec().getAffinity().getPodAffinity() == null
                ? List.of()
                : pod.getSpec().getAffinity().getPodAffinity().getRequiredDuringSchedulingIgnoredDuringExecution();
    }

    private static List<PodAffinityTerm> requiredAnti(Pod pod) {
        return pod.getSpec().getAffinity() == null
                        || pod.getSpec().getAffinity().getPodAntiAffinity() == null
                ? List.of()
                : pod.getSpec().getAffinity().getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution();
    }

    private static boolean tolerates(Pod pod, Taint taint) {
        return pod.getSpec().getTolerations().stream()
                .anyMatch(t -> t.getKey().equals(taint.getKey()) && t.getValue().equals(taint.getValue()));
    }

    private static long softTaints(Pod pod, Node node) {
        return node.getSpec().getTaints().stream()
                .filter(t -> t.getEffect().equals("PreferNoSchedule") && !tolerates(pod, t))
                .count();
    }

    private long leastAllocated(Pod pod, Node node) {
        long sum = 0;
        for (String resource : List.of("cpu", "memory")) {
            long has = has(node, resource);
            sum += (has - taken(node, resource) - wants(pod, resource)) * 100 / has;
        }
        return sum / 2;
    }

    private long balanced(Pod pod, Node node) {
        long with = balance(node, wants(pod, "cpu"), wants(pod, "memory"));
        long without = balance(node, 0, 0);
        return 50 + (50 + with - without) / 2;
    }

    private long balance(Node node, long cpu, long memory) {
        double cpuShare = (double) (taken(node, "cpu") + cpu) / has(node, "cpu");
        double memoryShare = (double) (taken(node, "memory") + memory) / has(node, "memory");
        return (long) ((1 - Math.abs(cpuShare - memoryShare) / 2) * 100);
    }

    private List<Pod> on(Node node) {
        return pods.entrySet().stream()
                .filter(e -> e.getValue().equals(name(node)))
                .map(Map.Entry::getKey)
                .toList();
    }

    private long taken(Node node, String resource) {
        return on(node).stream().mapToLong(p -> wants(p, resource)).sum();
    }

    private static long wants(Pod pod, String resource) {
        return amount(
                resource,
                pod.getSpec()
                        .getContainers()
                        .getFirst()
                        .getResources()
                        .getRequests()
                        .get(resource));
    }

    private static long has(Node node, String resource) {
        return amount(resource, node.getStatus().getAllocatable().get(resource));
    }

    private static long amount(String resource, Quantity quantity) {
        BigDecimal amount = Quantity.getAmountInBytes(quantity);
        return resource.equals("cpu") ? amount.movePointRight(3).longValueExact() : amount.longValueExact();
    }

    private static Set<Integer> hostPorts(Pod pod) {
        Set<Integer> ports = new HashSet<>();
        for (ContainerPort port : pod.getSpec().getContainers().getFirst().getPorts()) {
            ports.add(port.getHostPort());
        }
        return ports;
    }

    private static String domain(Node node, String key) {
        return node.getMetadata().getLabels().get(key);
    }

    private static String name(Node node) {
        return node.getMetadata().getName();
    }
}
