package io.k8j.kubelet.pods.admission;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.model.selector.NodeRequirements;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Whether a Pod may be on a node at all: what it says of the node's labels, and what it bears of its taints. Pure. */
final class NodeTerms {
    private NodeTerms() {}

    /** Whether the node has all that the Pod's node selector and required node affinity ask for. */
    static boolean selects(Pod pod, Node node) {
        Map<String, String> labels = node.getMetadata().getLabels() == null
                ? Map.of()
                : node.getMetadata().getLabels();
        Map<String, String> selector = pod.getSpec().getNodeSelector();
        if (selector != null && !labels.entrySet().containsAll(selector.entrySet())) return false;
        NodeSelector required = required(pod);
        if (required == null) return true;
        Map<String, String> fields = Map.of("metadata.name", node.getMetadata().getName());
        return ContainerRef.orEmpty(required.getNodeSelectorTerms()).stream()
                .anyMatch(term -> matches(term, labels, fields));
    }

    private static NodeSelector required(Pod pod) {
        var affinity = pod.getSpec().getAffinity();
        return affinity == null || affinity.getNodeAffinity() == null
                ? null
                : affinity.getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution();
    }

    private static boolean matches(NodeSelectorTerm term, Map<String, String> labels, Map<String, String> fields) {
        List<NodeSelectorRequirement> ofLabels = ContainerRef.orEmpty(term.getMatchExpressions());
        List<NodeSelectorRequirement> ofFields = ContainerRef.orEmpty(term.getMatchFields());
        if (ofLabels.isEmpty() && ofFields.isEmpty()) return false; // an empty term selects nothing
        return ofLabels.stream().allMatch(one -> NodeRequirements.meets(one, labels.get(one.getKey())))
                && ofFields.stream().allMatch(one -> NodeRequirements.meets(one, fields.get(one.getKey())));
    }

    /** Whether a Pod bears a taint. */
    static boolean tolerates(Pod pod, Taint taint) {
        return ContainerRef.orEmpty(pod.getSpec().getTolerations()).stream().anyMatch(one -> tolerates(one, taint));
    }

    private static boolean tolerates(Toleration toleration, Taint taint) {
        String effect = toleration.getEffect();
        if (effect != null && !effect.isEmpty() && !effect.equals(taint.getEffect())) return false;
        String key = toleration.getKey();
        if (key != null && !key.isEmpty() && !key.equals(taint.getKey())) return false;
        String operator = Objects.requireNonNullElse(toleration.getOperator(), "");
        String value = Objects.requireNonNullElse(taint.getValue(), "");
        String wanted = Objects.requireNonNullElse(toleration.getValue(), "");
        return switch (operator) {
            case "", "Equal" -> wanted.equals(value);
            case "Exists" -> true;
            case "Gt" -> NodeRequirements.compare(value, wanted) > 0;
            case "Lt" -> NodeRequirements.compare(value, wanted) < 0;
            default -> false;
        };
    }
}
