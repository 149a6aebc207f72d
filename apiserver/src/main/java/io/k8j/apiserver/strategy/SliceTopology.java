package io.k8j.apiserver.strategy;

import io.k8j.model.json.Trees;
import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What happens to {@code deprecatedTopology} of an EndpointSlice, which discovery.k8s.io/v1 only keeps for old slices. */
final class SliceTopology {
    private static final String FIELD = "deprecatedTopology";
    private static final String HOST = "kubernetes.io/hostname";

    private SliceTopology() {}

    /**
     * Takes the old field away, unless the endpoints stay as they are; a node that it named goes into {@code nodeName}.
     *
     * @param old null for a new slice
     */
    static void drop(Map<String, Object> slice, Map<String, Object> old) {
        List<Object> endpoints = Trees.list(slice, "endpoints");
        if (endpoints.stream().noneMatch(e -> Trees.get(e, FIELD) != null)) return;
        if (old != null && Trees.deepEquals(slice.get("endpoints"), old.get("endpoints"))) return;
        Set<String> nodes = new HashSet<>();
        for (Object endpoint : Trees.list(old, "endpoints")) nodes.add(Trees.string(endpoint, FIELD, HOST));
        for (Object item : endpoints) {
            if (!(item instanceof Map<?, ?> endpoint)) continue;
            String node = Trees.string(item, FIELD, HOST);
            boolean known = node != null
                    && nodes.contains(node)
                    && Names.dns1123Subdomain(node).isEmpty();
            if (known && endpoint.get("nodeName") == null) Trees.asMap(endpoint).put("nodeName", node);
            endpoint.remove(FIELD);
        }
    }

    /** A slice's generation counts changes of its labels, too. */
    static void countLabels(Map<String, Object> slice, Map<String, Object> old) {
        if (Trees.map(slice, "metadata", "labels").equals(Trees.map(old, "metadata", "labels"))) return;
        Long before = Trees.integer(old, "metadata", "generation");
        Trees.set(slice, before == null ? 1L : before + 1, "metadata", "generation");
    }
}
