package io.k8j.model.schema;

import io.k8j.model.json.Trees;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules of the core group; see {@link DefaultRules}. */
final class CoreDefaultRules {
    private static final String CORE = "io.k8s.api.core.v1.";

    static final Map<String, DefaultRules.Rule> RULES = Map.ofEntries(
            Map.entry(CORE + "Pod", PodDefaultRules::pod),
            Map.entry(CORE + "PodSpec", PodDefaultRules::podSpec),
            Map.entry(CORE + "PodStatus", status -> mirror(status, "podIP", "podIPs", "ip")),
            Map.entry(CORE + "Container", PodDefaultRules::container),
            Map.entry(CORE + "EphemeralContainer", PodDefaultRules::container),
            Map.entry(CORE + "Volume", PodDefaultRules::volume),
            Map.entry(CORE + "Service", CoreDefaultRules::service),
            Map.entry(CORE + "ReplicationController", CoreDefaultRules::replicationController),
            Map.entry(CORE + "Namespace", CoreDefaultRules::namespace),
            Map.entry(CORE + "NodeSpec", spec -> mirror(spec, "podCIDR", "podCIDRs", null)),
            Map.entry(CORE + "NodeStatus", CoreDefaultRules::nodeStatus),
            Map.entry(CORE + "LimitRangeItem", CoreDefaultRules::limitRangeItem),
            Map.entry(CORE + "PersistentVolume", CoreDefaultRules::persistentVolume),
            Map.entry(CORE + "Secret", CoreDefaultRules::secret));

    private static final Set<String> EXTERNAL = Set.of("NodePort", "LoadBalancer");

    private CoreDefaultRules() {}

    private static void service(Map<String, Object> service) {
        Map<String, Object> spec = DefaultRules.child(service, "spec");
        DefaultRules.absent(spec, "sessionAffinity", "None");
        DefaultRules.absent(spec, "type", "ClusterIP");
        Object affinity = spec.get("sessionAffinity");
        if ("None".equals(affinity)) spec.remove("sessionAffinityConfig");
        if ("ClientIP".equals(affinity)
                && Trees.get(spec, "sessionAffinityConfig", "clientIP", "timeoutSeconds") == null)
            spec.put("sessionAffinityConfig", tree("clientIP", tree("timeoutSeconds", 10800L)));
        for (Object item : Trees.list(spec, "ports")) {
            Map<String, Object> port = Trees.map(item);
            DefaultRules.absent(port, "protocol", "TCP");
            Object target = port.get("targetPort");
            if (target == null || target.equals(0L) || target.equals("")) port.put("targetPort", port.get("port"));
        }
        Object type = spec.get("type");
        boolean external = EXTERNAL.contains(type)
                || ("ClusterIP".equals(type) && !Trees.list(spec, "externalIPs").isEmpty());
        if (external) DefaultRules.absent(spec, "externalTrafficPolicy", "Cluster");
        if (spec.get("internalTrafficPolicy") == null && (EXTERNAL.contains(type) || "ClusterIP".equals(type)))
            spec.put("internalTrafficPolicy", "Cluster");
        if (!"LoadBalancer".equals(type)) return;
        if (spec.get("allocateLoadBalancerNodePorts") == null) spec.put("allocateLoadBalancerNodePorts", true);
        for (Object item : Trees.list(service, "status", "loadBalancer", "ingress")) {
            Map<String, Object> ingress = Trees.map(item);
            if (ingress.get("ip") != null && ingress.get("ipMode") == null) ingress.put("ipMode", "VIP");
        }
    }

    private static void replicationController(Map<String, Object> controller) {
        Map<String, Object> labels = Trees.map(controller, "spec", "template", "metadata", "labels");
        if (labels.isEmpty()) return;
        if (Trees.map(controller, "spec", "selector").isEmpty())
            Trees.set(controller, Trees.deepCopy(labels), "spec", "selector");
        if (Trees.map(controller, "metadata", "labels").isEmpty())
            Trees.set(controller, Trees.deepCopy(labels), "metadata", "labels");
    }

    private static void namespace(Map<String, Object> namespace) {
        String name = Trees.string(namespace, "metadata", "name");
        if (name != null && !name.isEmpty())
            Trees.set(namespace, name, "metadata", "labels", "kubernetes.io/metadata.name");
    }

    private static void nodeStatus(Map<String, Object> status) {
        if (status.get("allocatable") == null && status.get("capacity") != null)
            status.put("allocatable", Trees.deepCopy(status.get("capacity")));
    }

    private static void limitRangeItem(Map<String, Object> item) {
        if (!"Container".equals(item.get("type"))) return;
        fillFrom(item, "default", "max");
        fillFrom(item, "defaultRequest", "default");
        fillFrom(item, "defaultRequest", "min");
    }

    private static void fillFrom(Map<String, Object> owner, String target, String source) {
        Map<String, Object> values = Trees.map(owner, source);
        if (values.isEmpty()) return;
        Map<String, Object> into = DefaultRules.child(owner, target);
        values.forEach(into::putIfAbsent);
    }

    private static void persistentVolume(Map<String, Object> volume) {
        Map<String, Object> spec = DefaultRules.child(volume, "spec");
        DefaultRules.absent(spec, "persistentVolumeReclaimPolicy", "Retain");
        if (spec.get("volumeMode") == null) spec.put("volumeMode", "Filesystem");
    }

    /** {@code stringData} is for writing only: it ends in {@code data}. */
    private static void secret(Map<String, Object> secret) {
        if (!(secret.remove("stringData") instanceof Map<?, ?> texts) || texts.isEmpty()) return;
        Map<String, Object> data = DefaultRules.child(secret, "data");
        texts.forEach((key, text) -> data.put(
                (String) key,
                Base64.getEncoder().encodeToString(String.valueOf(text).getBytes(StandardCharsets.UTF_8))));
    }

    /** Keeps an old single-valued field and the first of its newer list the same; the old one wins where they differ. */
    private static void mirror(Map<String, Object> owner, String single, String list, String key) {
        Object value = owner.get(single);
        List<Object> values = Trees.list(owner, list);
        Object first = values.isEmpty() ? null : key == null ? values.getFirst() : Trees.get(values.getFirst(), key);
        boolean given = value != null && !value.equals("");
        if (given && !value.equals(first))
            owner.put(list, new ArrayList<>(List.of(key == null ? value : tree(key, value))));
        else if (!given && first != null) owner.put(single, first);
    }

    static Map<String, Object> tree(String key, Object value) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(key, value);
        return map;
    }
}
