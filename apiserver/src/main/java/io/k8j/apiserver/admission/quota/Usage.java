package io.k8j.apiserver.admission.quota;

import io.k8j.apiserver.admission.PodAmounts;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.resource.GroupVersionResource;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Says what an object uses of each quota, which names of a quota are about its kind, and what they demand of it. */
final class Usage {
    private static final Quantity ONE = Quantity.of(1);
    private static final String BY_CLASS = ".storageclass.storage.k8s.io/";

    /** Kinds that have a name beside {@code count/…}. */
    private static final Set<String> PLAIN_COUNTS =
            Set.of("configmaps", "replicationcontrollers", "resourcequotas", "secrets");

    private static final Set<String> POD_NAMES = Set.of(
            "count/pods",
            "pods",
            "cpu",
            "memory",
            "ephemeral-storage",
            "requests.cpu",
            "requests.memory",
            "requests.ephemeral-storage",
            "limits.cpu",
            "limits.memory",
            "limits.ephemeral-storage");
    private static final Set<String> SERVICE_NAMES =
            Set.of("count/services", "services", "services.nodeports", "services.loadbalancers");
    private static final Set<String> CLAIM_NAMES = Set.of("persistentvolumeclaims", "requests.storage");

    /** A mistake that upstream made once and keeps: whoever limits these makes every container give them. */
    private static final Set<String> MUST_BE_GIVEN =
            Set.of("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");

    private Usage() {}

    /** What one object uses. */
    static Map<String, Quantity> of(GroupVersionResource resource, Place object) {
        Map<String, Quantity> usage = new TreeMap<>();
        String name = resource.qualified();
        usage.put("count/" + name, ONE);
        switch (name) {
            case "pods" -> {
                if (!isOver(object)) pod(usage, object);
            }
            case "services" -> service(usage, object.field("spec"));
            case "persistentvolumeclaims" -> claim(usage, object);
            case "resourceclaims.resource.k8s.io" -> devices(usage, object.at("spec", "devices", "requests"));
            default -> {
                if (PLAIN_COUNTS.contains(name)) usage.put(name, ONE);
            }
        }
        return usage;
    }

    /** Those of a quota's names that objects of the resource use. */
    static Set<String> relevant(GroupVersionResource resource, Set<String> names) {
        Set<String> relevant = new TreeSet<>();
        for (String name : names) if (isRelevant(resource.qualified(), name)) relevant.add(name);
        return relevant;
    }

    private static boolean isRelevant(String resource, String name) {
        return switch (resource) {
            case "pods" ->
                POD_NAMES.contains(name)
                        || name.startsWith("hugepages-")
                        || name.startsWith("requests.hugepages-")
                        || name.startsWith("requests.") && !isNative(name);
            case "services" -> SERVICE_NAMES.contains(name);
            case "persistentvolumeclaims" ->
                name.equals("count/persistentvolumeclaims")
                        || CLAIM_NAMES.contains(name)
                        || CLAIM_NAMES.stream().anyMatch(c -> name.endsWith(BY_CLASS + c));
            case "resourceclaims.resource.k8s.io" ->
                name.equals("count/" + resource) || name.endsWith(".deviceclass.resource.k8s.io/devices");
            default -> name.equals("count/" + resource) || PLAIN_COUNTS.contains(name) && name.equals(resource);
        };
    }

    private static boolean isNative(String name) {
        return !name.contains("/") || name.contains("kubernetes.io/");
    }

    private static boolean isOver(Place pod) {
        String phase = pod.at("status", "phase").text();
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    private static void pod(Map<String, Quantity> usage, Place pod) {
        usage.put("pods", ONE);
        compute(usage, PodAmounts.charged(pod, "requests"), PodAmounts.charged(pod, "limits"));
    }

    /** Spells amounts in all the ways that quotas may ask for them. */
    private static void compute(
            Map<String, Quantity> usage, Map<String, Quantity> requests, Map<String, Quantity> limits) {
        requests.forEach((name, amount) -> {
            boolean standard = name.equals("cpu") || name.equals("memory") || name.equals("ephemeral-storage");
            if (standard || name.startsWith("hugepages-")) {
                usage.put(name, amount);
                usage.put("requests." + name, amount);
            } else if (!isNative(name) && !name.startsWith("requests.")) {
                usage.put("requests." + name, amount);
            }
        });
        limits.forEach((name, amount) -> {
            if (name.equals("cpu") || name.equals("memory") || name.equals("ephemeral-storage")) {
                usage.put("limits." + name, amount);
            }
        });
    }

    private static void service(Map<String, Quantity> usage, Place spec) {
        usage.put("services", ONE);
        String type = spec.text("type");
        List<Place> ports = spec.field("ports").items();
        boolean balancer = type.equals("LoadBalancer");
        boolean onlyGiven = balancer
                && Boolean.FALSE.equals(
                        spec.field("allocateLoadBalancerNodePorts").value());
        long nodePorts = onlyGiven
                ? ports.stream().filter(p -> p.number("nodePort") != 0).count()
                : ports.size();
        usage.put("services.nodeports", Quantity.of(balancer || type.equals("NodePort") ? nodePorts : 0));
        usage.put("services.loadbalancers", Quantity.of(balancer ? 1 : 0));
    }

    private static void claim(Map<String, Quantity> usage, Place claim) {
        usage.put("persistentvolumeclaims", ONE);
        Place beta = claim.at("metadata", "annotations").field("volume.beta.kubernetes.io/storage-class");
        String storageClass = beta.present()
                ? beta.text()
                : claim.at("spec", "storageClassName").text();
        if (!storageClass.isEmpty()) usage.put(storageClass + BY_CLASS + "persistentvolumeclaims", ONE);
        Place storage = claim.at("spec", "resources", "requests", "storage");
        if (storage.absent()) return;
        Quantity amount = Quantity.of(storage.value());
        Place allocated = claim.at("status", "allocatedResources", "storage");
        // A claim that was made smaller again holds what it was promised.
        if (allocated.present() && Quantity.of(allocated.value()).compareTo(amount) > 0) {
            amount = Quantity.of(allocated.value());
        }
        BigDecimal whole = amount.amount().setScale(0, RoundingMode.UP);
        if (whole.compareTo(amount.amount()) != 0) amount = Quantity.of(whole, amount.format());
        usage.put("requests.storage", amount);
        if (!storageClass.isEmpty()) usage.put(storageClass + BY_CLASS + "requests.storage", amount);
    }

    private static void devices(Map<String, Quantity> usage, Place requests) {
        for (Place request : requests.items()) {
            List<Place> choices =
                    new ArrayList<>(request.field("firstAvailable").items());
            if (request.field("exactly").present()) choices.add(request.field("exactly"));
            Map<String, Long> most = new TreeMap<>();
            for (Place choice : choices) {
                String name = choice.text("deviceClassName");
                // "All" counts as the most that one request may have.
                long count = choice.text("allocationMode").equals("All")
                        ? 32
                        : choice.field("count").number(1);
                if (!name.isEmpty()) most.merge(name, count, Math::max);
            }
            most.forEach((name, count) ->
                    usage.merge(name + ".deviceclass.resource.k8s.io/devices", Quantity.of(count), Quantity::add));
        }
    }

    /** What containers leave open although a quota limits it: {@code limits.cpu for: a,b; …}; empty if nothing. */
    static String missing(GroupVersionResource resource, Place object, Set<String> limited) {
        if (!resource.isQualified("pods")) return "";
        Set<String> required = new TreeSet<>(limited);
        required.retainAll(MUST_BE_GIVEN);
        if (required.isEmpty()) return "";
        Map<String, Set<String>> missing = new TreeMap<>();
        Place spec = object.field("spec");
        Map<String, Quantity> whole = given(spec.field("resources"));
        for (String list : new String[] {"containers", "initContainers"}) {
            for (Place c : spec.field(list).items()) {
                Map<String, Quantity> given = given(c.field("resources"));
                given.putAll(whole);
                for (String name : required) {
                    if (!given.containsKey(name)) {
                        missing.computeIfAbsent(name, k -> new TreeSet<>()).add(c.text("name"));
                    }
                }
            }
        }
        List<String> texts = new ArrayList<>();
        missing.forEach((name, containers) -> texts.add(name + " for: " + String.join(",", containers)));
        return String.join("; ", texts);
    }

    private static Map<String, Quantity> given(Place resources) {
        Map<String, Quantity> given = new TreeMap<>();
        compute(given, PodAmounts.of(resources.field("requests")), PodAmounts.of(resources.field("limits")));
        return given;
    }
}
