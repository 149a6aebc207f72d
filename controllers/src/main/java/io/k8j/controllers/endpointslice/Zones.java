package io.k8j.controllers.endpointslice;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.controllers.support.Nulls;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the processors of a cluster are spread over its zones, and how many of a Service's endpoints each zone should have
 * for it.
 *
 * @param shares of each zone, together 1; empty if the nodes tell too little, or there is one zone only
 */
record Zones(Map<String, Double> shares) {
    /** How much more than its share of the traffic a zone's endpoints may get. */
    private static final double OVERLOAD = 0.2;

    /** Fewest, wanted and most endpoints. */
    record Allocation(int minimum, double desired, int maximum) {}

    /** Nodes that are not ready, and those of the control plane, do not count; one that tells no zone spoils it. */
    static Zones of(Collection<Node> nodes) {
        Map<String, BigDecimal> cpus = new TreeMap<>();
        BigDecimal all = BigDecimal.ZERO;
        for (Node node : nodes) {
            if (isControlPlane(node) || !isReady(node)) {
                continue;
            }
            String zone = Nulls.labels(node).get(ServiceSlices.ZONE);
            BigDecimal cpu = cpu(node);
            if (Nulls.isEmpty(zone) || cpu.signum() == 0) {
                return new Zones(Map.of());
            }
            cpus.merge(zone, cpu, BigDecimal::add);
            all = all.add(cpu);
        }
        if (cpus.size() < 2) {
            return new Zones(Map.of());
        }
        Map<String, Double> shares = new TreeMap<>();
        for (Map.Entry<String, BigDecimal> cpu : cpus.entrySet()) {
            shares.put(
                    cpu.getKey(),
                    cpu.getValue().divide(all, MathContext.DECIMAL64).doubleValue());
        }
        return new Zones(shares);
    }

    private static boolean isControlPlane(Node node) {
        Map<String, String> labels = Nulls.labels(node);
        return labels.containsKey("node-role.kubernetes.io/control-plane")
                || labels.containsKey("node-role.kubernetes.io/master");
    }

    static boolean isReady(Node node) {
        return node.getStatus() != null
                && Nulls.list(node.getStatus().getConditions()).stream()
                        .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
    }

    private static BigDecimal cpu(Node node) {
        Quantity cpu = Nulls.map(node.getStatus().getAllocatable()).get("cpu");
        return cpu == null ? BigDecimal.ZERO : cpu.getNumericalAmount();
    }

    /** So many endpoints for each zone; empty if some zone would have to carry too much. */
    Map<String, Allocation> allocations(int endpoints) {
        Map<String, Allocation> least = new TreeMap<>();
        int rest = endpoints;
        for (Map.Entry<String, Double> share : shares.entrySet()) {
            double desired = share.getValue() * endpoints;
            int minimum = minimum(desired);
            least.put(share.getKey(), new Allocation(minimum, Math.max(desired, minimum), 0));
            rest -= minimum;
            if (rest < 0) {
                return Map.of();
            }
        }
        int spare = rest;
        least.replaceAll((zone, a) -> new Allocation(a.minimum, a.desired, a.minimum + spare));
        return least;
    }

    /** Whether hints given earlier burden some zone too much today. */
    boolean overloads(Map<String, Integer> hints) {
        if (hints.isEmpty()) {
            return false;
        }
        if (shares.isEmpty()) {
            return true;
        }
        int all = hints.values().stream().mapToInt(Integer::intValue).sum();
        return shares.entrySet().stream()
                .anyMatch(share -> !hints.containsKey(share.getKey())
                        || hints.get(share.getKey()) < minimum(all * share.getValue()));
    }

    private static int minimum(double desired) {
        return (int) Math.ceil(desired * (1 / (1 + OVERLOAD)));
    }
}
