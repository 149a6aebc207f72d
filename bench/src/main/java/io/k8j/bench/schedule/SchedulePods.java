package io.k8j.bench.schedule;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Pods as the templates of upstream's scheduler_perf make them. Each method changes the given Pod and returns it. */
final class SchedulePods {
    private static final String ZONE = "topology.kubernetes.io/zone";
    private static final String HOST = "kubernetes.io/hostname";

    private SchedulePods() {}

    /** The default Pod: 100m of a processor, 500Mi. */
    static Map<String, Object> plain(String name) {
        Map<String, Object> container = new LinkedHashMap<>();
        container.put("name", "pause");
        container.put("image", "registry.k8s.io/pause:3.10.1");
        container.put("ports", List.of(Map.of("containerPort", 80)));
        container.put("resources", Map.of("limits", amounts("100m", "500Mi"), "requests", amounts("100m", "500Mi")));
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("containers", List.of(container));
        spec.put("terminationGracePeriodSeconds", 0); // nobody ends these Pods but the server itself
        Map<String, Object> pod = new LinkedHashMap<>();
        pod.put("apiVersion", "v1");
        pod.put("kind", "Pod");
        pod.put("metadata", new LinkedHashMap<>(Map.of("name", name, "labels", new LinkedHashMap<>())));
        pod.put("spec", spec);
        return pod;
    }

    /** A Pod that asks for nothing. */
    static Map<String, Object> light(String name) {
        Map<String, Object> pod = plain(name);
        Trees.map(Trees.list(pod, "spec", "containers").getFirst()).remove("resources");
        return pod;
    }

    private static Map<String, Object> amounts(String cpu, String memory) {
        return Map.of("cpu", cpu, "memory", memory);
    }

    static byte[] bytes(Map<String, Object> pod) {
        return Json.write(pod);
    }

    static Map<String, Object> label(Map<String, Object> pod, String key, String value) {
        Trees.set(pod, value, "metadata", "labels", key);
        return pod;
    }

    static Map<String, Object> asking(Map<String, Object> pod, String cpu, String memory) {
        Map<String, Object> container =
                Trees.map(Trees.list(pod, "spec", "containers").getFirst());
        container.put("resources", Map.of("requests", amounts(cpu, memory)));
        return pod;
    }

    static Map<String, Object> priority(Map<String, Object> pod, long priority, String className) {
        Trees.set(pod, className, "spec", "priorityClassName");
        Trees.set(pod, priority, "spec", "priority");
        return pod;
    }

    static Map<String, Object> gated(Map<String, Object> pod) {
        Trees.set(pod, List.of(Map.of("name", "bench.k8j.io/closed")), "spec", "schedulingGates");
        return pod;
    }

    static Map<String, Object> finalized(Map<String, Object> pod) {
        Trees.set(pod, List.of("bench.k8j.io/held"), "metadata", "finalizers");
        return pod;
    }

    /** With one unit of the resource that {@link BenchNodes} of that kind have. */
    static Map<String, Object> extended(Map<String, Object> pod) {
        Map<String, Object> container =
                Trees.map(Trees.list(pod, "spec", "containers").getFirst());
        Map<String, String> one = Map.of(BenchNodes.RESOURCE, "1");
        container.put("resources", Map.of("limits", one, "requests", one));
        return pod;
    }

    /** With a claim of its own from the template. */
    static Map<String, Object> claiming(Map<String, Object> pod) {
        Map<String, Object> container =
                Trees.map(Trees.list(pod, "spec", "containers").getFirst());
        container.put("resources", Map.of("claims", List.of(Map.of("name", "device"))));
        Trees.set(
                pod,
                List.of(Map.of("name", "device", "resourceClaimTemplateName", ScheduleExtras.TEMPLATE)),
                "spec",
                "resourceClaims");
        return pod;
    }

    /** Must be on the node of Pods with a label. */
    static Map<String, Object> near(Map<String, Object> pod, String key, String value) {
        Map<String, Object> selector = Map.of("matchLabels", Map.of(key, value));
        return affinity(
                pod,
                "podAffinity",
                "requiredDuringSchedulingIgnoredDuringExecution",
                Map.of("labelSelector", selector, "topologyKey", HOST));
    }

    /** Lets the Pod's only term of that kind count the Pods of all namespaces of the run. */
    static Map<String, Object> inAllNamespaces(Map<String, Object> pod, String kind) {
        Map<String, Object> strength =
                Trees.map(Trees.map(Trees.map(pod.get("spec")).get("affinity")).get(kind));
        String word = strength.keySet().iterator().next();
        Map<String, Object> entry =
                new LinkedHashMap<>(Trees.map(Trees.list(strength, word).getFirst()));
        Map<String, Object> selector = Map.of("matchLabels", Map.of(ScheduleExtras.TEAM, "devops"));
        if (entry.get("podAffinityTerm") instanceof Map<?, ?> inner) {
            Map<String, Object> term = new LinkedHashMap<>(Trees.asMap(inner));
            term.put("namespaceSelector", selector);
            entry.put("podAffinityTerm", term);
        } else {
            entry.put("namespaceSelector", selector);
        }
        Trees.set(pod, Map.of(word, List.of(entry)), "spec", "affinity", kind);
        return pod;
    }

    /** Evenly over nodes, of which those with taints do not count. */
    static Map<String, Object> spreadOverNodes(Map<String, Object> pod, String key) {
        Map<String, Object> constraint = new LinkedHashMap<>();
        constraint.put("maxSkew", 1);
        constraint.put("topologyKey", HOST);
        constraint.put("whenUnsatisfiable", "DoNotSchedule");
        constraint.put("nodeTaintsPolicy", "Honor");
        constraint.put("labelSelector", Map.of("matchLabels", Map.of(key, "")));
        Trees.set(pod, List.of(constraint), "spec", "topologySpreadConstraints");
        return pod;
    }

    /** @param kind podAffinity or podAntiAffinity */
    static Map<String, Object> required(Map<String, Object> pod, String kind, String color, boolean byZone) {
        return affinity(pod, kind, "requiredDuringSchedulingIgnoredDuringExecution", term(color, byZone));
    }

    static Map<String, Object> preferred(Map<String, Object> pod, String kind, String color) {
        return affinity(
                pod,
                kind,
                "preferredDuringSchedulingIgnoredDuringExecution",
                Map.of("weight", 1, "podAffinityTerm", term(color, false)));
    }

    private static Map<String, Object> affinity(Map<String, Object> pod, String kind, String strength, Object term) {
        Trees.set(pod, Map.of(strength, List.of(term)), "spec", "affinity", kind);
        return pod;
    }

    private static Map<String, Object> term(String color, boolean byZone) {
        return Map.of("labelSelector", selector(color), "topologyKey", byZone ? ZONE : HOST);
    }

    private static Map<String, Object> selector(String color) {
        return Map.of("matchLabels", Map.of("color", color));
    }

    static Map<String, Object> spread(Map<String, Object> pod, String color, String otherwise) {
        Map<String, Object> constraint = Map.of(
                "maxSkew", 5, "topologyKey", ZONE, "whenUnsatisfiable", otherwise, "labelSelector", selector(color));
        Trees.set(pod, List.of(constraint), "spec", "topologySpreadConstraints");
        return pod;
    }

    static Map<String, Object> inZones(Map<String, Object> pod, String... zones) {
        return nodes(pod, "matchExpressions", Map.of("key", ZONE, "operator", "In", "values", List.of(zones)));
    }

    /** As a DaemonSet's controller writes it. */
    static Map<String, Object> onNode(Map<String, Object> pod, String node) {
        return nodes(pod, "matchFields", Map.of("key", "metadata.name", "operator", "In", "values", List.of(node)));
    }

    private static Map<String, Object> nodes(Map<String, Object> pod, String field, Object requirement) {
        Map<String, Object> terms = Map.of("nodeSelectorTerms", List.of(Map.of(field, List.of(requirement))));
        Trees.set(
                pod,
                Map.of("requiredDuringSchedulingIgnoredDuringExecution", terms),
                "spec",
                "affinity",
                "nodeAffinity");
        return pod;
    }

    /** @param source the volume's source, such as {@code secret: {secretName: x}} */
    static Map<String, Object> volume(Map<String, Object> pod, String kind, Map<String, Object> source) {
        Trees.set(pod, List.of(Map.of("name", "vol", kind, source)), "spec", "volumes");
        return pod;
    }
}
