package io.k8j.controllers.daemonset;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.k8j.client.Selectors;
import io.k8j.controllers.nodelifecycle.Tolerations;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whether a daemon belongs on a node.
 *
 * @param run it should be there
 * @param stay one that is there may stay
 */
record NodeFit(boolean run, boolean stay) {
    static NodeFit of(Node node, PodSpec spec) {
        boolean byName = Nulls.isEmpty(spec.getNodeName()) || spec.getNodeName().equals(Nulls.name(node));
        if (!byName
                || !Selectors.containsAll(Nulls.map(spec.getNodeSelector()), Nulls.labels(node))
                || !affinity(node, spec)) {
            return new NodeFit(false, false);
        }
        List<Toleration> tolerations = tolerations(spec);
        boolean noExecute = Tolerations.untolerated(
                        Nulls.list(node.getSpec().getTaints()), tolerations, List.of("NoExecute"))
                .isEmpty();
        boolean noSchedule = Tolerations.untolerated(
                        Nulls.list(node.getSpec().getTaints()), tolerations, List.of("NoSchedule"))
                .isEmpty();
        return new NodeFit(noExecute && noSchedule, noExecute);
    }

    /** The Pod's own tolerations and those that every daemon has: a node in trouble needs its daemons most. */
    static List<Toleration> tolerations(PodSpec spec) {
        List<Toleration> all = new ArrayList<>(Nulls.list(spec.getTolerations()));
        addMissing(all, "node.kubernetes.io/not-ready", "NoExecute");
        addMissing(all, "node.kubernetes.io/unreachable", "NoExecute");
        addMissing(all, "node.kubernetes.io/disk-pressure", "NoSchedule");
        addMissing(all, "node.kubernetes.io/memory-pressure", "NoSchedule");
        addMissing(all, "node.kubernetes.io/pid-pressure", "NoSchedule");
        addMissing(all, "node.kubernetes.io/unschedulable", "NoSchedule");
        if (Nulls.isTrue(spec.getHostNetwork())) {
            addMissing(all, "node.kubernetes.io/network-unavailable", "NoSchedule");
        }
        return all;
    }

    private static void addMissing(List<Toleration> tolerations, String key, String effect) {
        tolerations.removeIf(t -> key.equals(t.getKey()) && effect.equals(t.getEffect()));
        tolerations.add(new TolerationBuilder()
                .withKey(key)
                .withOperator("Exists")
                .withEffect(effect)
                .build());
    }

    private static boolean affinity(Node node, PodSpec spec) {
        if (spec.getAffinity() == null
                || spec.getAffinity().getNodeAffinity() == null
                || spec.getAffinity().getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution() == null) {
            return true;
        }
        return Nulls.list(spec.getAffinity()
                        .getNodeAffinity()
                        .getRequiredDuringSchedulingIgnoredDuringExecution()
                        .getNodeSelectorTerms())
                .stream()
                .anyMatch(term -> matches(term, node));
    }

    private static boolean matches(NodeSelectorTerm term, Node node) {
        List<NodeSelectorRequirement> expressions = Nulls.list(term.getMatchExpressions());
        List<NodeSelectorRequirement> fields = Nulls.list(term.getMatchFields());
        if (expressions.isEmpty() && fields.isEmpty()) {
            return false; // an empty term selects nothing
        }
        return expressions.stream().allMatch(r -> matches(r, Nulls.labels(node)))
                && fields.stream().allMatch(r -> matches(r, Map.of("metadata.name", Nulls.name(node))));
    }

    private static boolean matches(NodeSelectorRequirement requirement, Map<String, String> values) {
        String value = values.get(requirement.getKey());
        List<String> wanted = Nulls.list(requirement.getValues());
        return switch (requirement.getOperator()) {
            case "In" -> value != null && wanted.contains(value);
            case "NotIn" -> value == null || !wanted.contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt" -> compare(value, wanted) > 0;
            case "Lt" -> compare(value, wanted) < 0;
            case null, default -> false;
        };
    }

    /** 0 if they cannot be compared. */
    private static int compare(String value, List<String> wanted) {
        try {
            return value == null || wanted.size() != 1
                    ? 0
                    : Long.compare(Long.parseLong(value), Long.parseLong(wanted.getFirst()));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
