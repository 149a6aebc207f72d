package io.k8j.kubelet.node;

import io.fabric8.kubernetes.api.model.NodeCondition;
import java.util.ArrayList;
import java.util.List;

/** What changes of a node's pressures are worth an event. Pure. */
final class NodeNews {
    private record Words(String type, String pressed, String relieved) {}

    private static final List<Words> ALL = List.of(
            new Words("MemoryPressure", "NodeHasInsufficientMemory", "NodeHasSufficientMemory"),
            new Words("DiskPressure", "NodeHasDiskPressure", "NodeHasNoDiskPressure"),
            new Words("PIDPressure", "NodeHasInsufficientPID", "NodeHasSufficientPID"));

    private NodeNews() {}

    /** The events' reasons, in upstream's order. */
    static List<String> words(List<NodeCondition> before, List<NodeCondition> now) {
        List<String> words = new ArrayList<>();
        for (Words one : ALL) {
            String status = status(now, one.type());
            if (status.isEmpty() || status.equals(status(before, one.type()))) continue;
            words.add(status.equals("True") ? one.pressed() : one.relieved());
        }
        return words;
    }

    private static String status(List<NodeCondition> conditions, String type) {
        return conditions.stream()
                .filter(condition -> condition.getType().equals(type))
                .map(NodeCondition::getStatus)
                .findFirst()
                .orElse("");
    }
}
