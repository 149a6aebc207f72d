package io.k8j.apiserver.admission;

import io.k8j.apiserver.validation.Place;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.resource.GroupVersionResource;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Says what an object uses of each quota, which quotas look at it, and what they demand of it. */
final class QuotaUsage {
    private static final Quantity ONE = Quantity.of(1);
    private static final Set<String> PLAIN_COUNTS = Set.of(
            "configmaps",
            "persistentvolumeclaims",
            "pods",
            "replicationcontrollers",
            "resourcequotas",
            "secrets",
            "services");
    private static final Set<String> MUST_BE_GIVEN =
            Set.of("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");

    private QuotaUsage() {}

    /** What one object uses. */
    static Map<String, Quantity> of(GroupVersionResource resource, Place object) {
        Map<String, Quantity> usage = new TreeMap<>();
        String name = resource.qualified();
        boolean pod = name.equals("pods");
        usage.put("count/" + name, ONE);
        if (pod && isOver(object)) {
            return usage;
        }
        if (resource.group().isEmpty() && PLAIN_COUNTS.contains(name)) {
            usage.put(name, ONE);
        }
        switch (name) {
            case "pods" -> pod(usage, object.field("spec"));
            case "services" -> service(usage, object.field("spec"));
            case "persistentvolumeclaims" -> claim(usage, object);
            default -> {}
        }
        return usage;
    }

    private static boolean isOver(Place pod) {
        String phase = pod.at("status", "phase").text();
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    private static void pod(Map<String, Quantity> usage, Place spec) {
        compute(usage, LimitRanger.Amounts.ofPod(spec, "requests"), LimitRanger.Amounts.ofPod(spec, "limits"));
    }

    /** Spells amounts in all the ways that quotas may ask for them. */
    private static void compute(
            Map<String, Quantity> usage, Map<String, Quantity> requests, Map<String, Quantity> limits) {
        requests.forEach((name, amount) -> {
            boolean standard = name.equals("cpu") || name.equals("memory") || name.equals("ephemeral-storage");
            if (standard || name.startsWith("hugepages-")) {
                usage.put(name, amount);
            }
            usage.put("requests." + name, amount);
        });
        limits.forEach((name, amount) -> {
            if (name.equals("cpu") || name.equals("memory") || name.equals("ephemeral-storage")) {
                usage.put("limits." + name, amount);
            }
        });
    }

    private static void service(Map<String, Quantity> usage, Place spec) {
        String type = spec.text("type");
        long ports = spec.field("ports").size();
        boolean balancer = type.equals("LoadBalancer");
        boolean nodePorts = !balancer
                || !Boolean.FALSE.equals(
                        spec.field("allocateLoadBalancerNodePorts").value());
        if (!nodePorts) {
            ports = spec.field("ports").items().stream()
                    .filter(p -> p.number("nodePort") != 0)
                    .count();
        }
        usage.put("services.nodeports", Quantity.of(balancer || type.equals("NodePort") ? ports : 0));
        usage.put("services.loadbalancers", Quantity.of(balancer ? 1 : 0));
    }

    private static void claim(Map<String, Quantity> usage, Place claim) {
        Place beta = claim.at("metadata", "annotations").field("volume.beta.kubernetes.io/storage-class");
        String storageClass = beta.present()
                ? beta.text()
                : claim.at("spec", "storageClassName").text();
        String prefix = storageClass + ".storageclass.storage.k8s.io/";
        if (!storageClass.isEmpty()) {
            usage.put(prefix + "persistentvolumeclaims", ONE);
        }
        Place storage = claim.at("spec", "resources", "requests", "storage");
        if (storage.present()) {
            Quantity amount = Quantity.of(storage.value());
            usage.put("requests.storage", amount);
            if (!storageClass.isEmpty()) {
                usage.put(prefix + "requests.storage", amount);
            }
        }
    }

    /** Whether a quota's scopes take the object in. */
    static boolean inScope(Place quota, GroupVersionResource resource, Place object) {
        Place spec = quota.field("spec");
        for (String scope : spec.field("scopes").texts()) {
            if (!matches(scope, "Exists", new TreeSet<>(), resource, object)) {
                return false;
            }
        }
        for (Place e : spec.at("scopeSelector", "matchExpressions").items()) {
            Set<String> values = new TreeSet<>(e.field("values").texts());
            if (!matches(e.text("scopeName"), e.text("operator"), values, resource, object)) {
                return false;
            }
        }
        return true;
    }

    private static boolean matches(
            String scope, String operator, Set<String> values, GroupVersionResource resource, Place object) {
        Place spec = object.field("spec");
        boolean pod = resource.qualified().equals("pods");
        return switch (scope) {
            case "Terminating" -> pod && spec.field("activeDeadlineSeconds").present();
            case "NotTerminating" -> pod && spec.field("activeDeadlineSeconds").absent();
            case "BestEffort" -> pod && isBestEffort(spec);
            case "NotBestEffort" -> pod && !isBestEffort(spec);
            case "PriorityClass" -> pod && selects(operator, values, spec.text("priorityClassName"));
            case "CrossNamespacePodAffinity" -> pod && crossesNamespaces(spec.field("affinity"));
            case "VolumeAttributesClass" ->
                resource.qualified().equals("persistentvolumeclaims")
                        && selects(operator, values, spec.text("volumeAttributesClassName"));
            default -> false;
        };
    }

    private static boolean isBestEffort(Place spec) {
        return io.k8j.apiserver.validation.QosClass.of(spec).equals("BestEffort");
    }

    private static boolean selects(String operator, Set<String> values, String value) {
        return switch (operator) {
            case "Exists" -> !value.isEmpty();
            case "DoesNotExist" -> value.isEmpty();
            case "In" -> values.contains(value);
            case "NotIn" -> !values.contains(value);
            default -> false;
        };
    }

    private static boolean crossesNamespaces(Place affinity) {
        for (String kind : new String[] {"podAffinity", "podAntiAffinity"}) {
            for (Place term : affinity.at(kind, "requiredDuringSchedulingIgnoredDuringExecution")
                    .items()) {
                if (!term.field("namespaces").isEmpty()
                        || term.field("namespaceSelector").present()) {
                    return true;
                }
            }
            for (Place weighted : affinity.at(kind, "preferredDuringSchedulingIgnoredDuringExecution")
                    .items()) {
                Place term = weighted.field("podAffinityTerm");
                if (!term.field("namespaces").isEmpty()
                        || term.field("namespaceSelector").present()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What containers leave open although a quota limits it: {@code limits.cpu for: a,b; …}; empty if nothing. */
    static String missing(GroupVersionResource resource, Place object, Set<String> limited) {
        if (!resource.qualified().equals("pods")) {
            return "";
        }
        Set<String> required = new TreeSet<>(limited);
        required.retainAll(MUST_BE_GIVEN);
        Map<String, Set<String>> missing = new TreeMap<>();
        Place spec = object.field("spec");
        Map<String, Quantity> whole = new TreeMap<>();
        compute(
                whole,
                LimitRanger.Amounts.of(spec.at("resources", "requests")),
                LimitRanger.Amounts.of(spec.at("resources", "limits")));
        for (String list : new String[] {"containers", "initContainers"}) {
            for (Place c : spec.field(list).items()) {
                Map<String, Quantity> given = new TreeMap<>(whole);
                compute(
                        given,
                        LimitRanger.Amounts.of(c.at("resources", "requests")),
                        LimitRanger.Amounts.of(c.at("resources", "limits")));
                for (String name : required) {
                    if (!given.containsKey(name)) {
                        missing.computeIfAbsent(name, k -> new TreeSet<>()).add(c.text("name"));
                    }
                }
            }
        }
        StringBuilder text = new StringBuilder();
        missing.forEach((name, containers) -> text.append(text.isEmpty() ? "" : "; ")
                .append(name)
                .append(" for: ")
                .append(String.join(",", containers)));
        return text.toString();
    }
}
