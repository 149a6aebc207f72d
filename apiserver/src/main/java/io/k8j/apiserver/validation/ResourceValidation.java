package io.k8j.apiserver.validation;

import io.k8j.model.quantity.Quantity;
import io.k8j.model.quantity.QuantityException;
import io.k8j.model.validation.Names;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Checks amounts of resources and the names of resources. */
public final class ResourceValidation {
    private static final Set<String> CONTAINER = Set.of("cpu", "memory", "ephemeral-storage");
    private static final Set<String> OBJECT_COUNTS = Set.of(
            "pods",
            "services",
            "replicationcontrollers",
            "resourcequotas",
            "secrets",
            "configmaps",
            "persistentvolumeclaims",
            "services.nodeports",
            "services.loadbalancers");
    static final Set<String> QUOTA = Set.of(
            "cpu",
            "memory",
            "ephemeral-storage",
            "requests.cpu",
            "requests.memory",
            "requests.storage",
            "requests.ephemeral-storage",
            "limits.cpu",
            "limits.memory",
            "limits.ephemeral-storage",
            "pods",
            "resourcequotas",
            "services",
            "replicationcontrollers",
            "secrets",
            "persistentvolumeclaims",
            "configmaps",
            "services.nodeports",
            "services.loadbalancers");
    private static final Set<String> STANDARD = Set.of(
            "cpu",
            "memory",
            "ephemeral-storage",
            "requests.cpu",
            "requests.memory",
            "requests.ephemeral-storage",
            "limits.cpu",
            "limits.memory",
            "limits.ephemeral-storage",
            "pods",
            "resourcequotas",
            "services",
            "replicationcontrollers",
            "secrets",
            "configmaps",
            "persistentvolumeclaims",
            "storage",
            "requests.storage",
            "services.nodeports",
            "services.loadbalancers");

    private ResourceValidation() {}

    /** The amount; null if there is none that can be read. */
    static Quantity quantity(Place p) {
        if (p.absent()) {
            return null;
        }
        try {
            return Quantity.of(p.value());
        } catch (QuantityException e) {
            return null; // the decoder has refused it already
        }
    }

    static boolean isHugePages(String name) {
        return name.startsWith("hugepages-");
    }

    /** A name without domain, or one in upstream's own domain. */
    static boolean isNative(String name) {
        return !name.contains("/") || name.contains("kubernetes.io/");
    }

    /** Whether it is a name that nodes or drivers may give to a resource. */
    public static boolean isExtended(String name) {
        if (isNative(name) || name.startsWith("requests.")) {
            return false;
        }
        return Names.qualifiedName("requests." + name).isEmpty();
    }

    static boolean overcommitAllowed(String name) {
        return isNative(name) && !isHugePages(name);
    }

    private static boolean isInteger(String name) {
        return OBJECT_COUNTS.contains(name) || isExtended(name);
    }

    static void name(Findings f, Place at, String name) {
        List<String> errors = Names.qualifiedName(name);
        f.invalid(at, name, errors);
        if (errors.isEmpty()
                && !name.contains("/")
                && !STANDARD.contains(name)
                && !isHugePages(name)
                && !name.startsWith("requests.hugepages-")) {
            f.invalid(at, name, "must be a standard resource type or fully qualified");
        }
    }

    static void containerName(Findings f, Place at, String name) {
        name(f, at, name);
        if (!name.contains("/")) {
            if (!CONTAINER.contains(name) && !isHugePages(name)) {
                f.invalid(at, name, "must be a standard resource for containers");
            }
        } else if (!isNative(name) && !isExtended(name)) {
            f.invalid(at, name, "doesn't follow extended resource name standard");
        }
    }

    private static void podName(Findings f, Place at, String name) {
        int before = f.size();
        name(f, at, name);
        if (f.size() == before && !name.equals("cpu") && !name.equals("memory") && !isHugePages(name)) {
            f.notSupported(at, name, List.of("cpu", "hugepages-", "memory"));
        }
    }

    static void quotaName(Findings f, Place at, String name) {
        name(f, at, name);
        if (!name.contains("/")
                && !QUOTA.contains(name)
                && !name.startsWith("requests.hugepages-")
                && !isHugePages(name)) {
            f.invalid(at, name, "must be a standard resource for quota");
        }
    }

    static void amount(Findings f, Place at, String name, Quantity amount) {
        if (amount.signum() < 0) {
            f.invalid(at, amount.toString(), "must be greater than or equal to 0");
        }
        if (isInteger(name) && amount.milliValue() % 1000 != 0) {
            f.invalid(at, amount.toString(), "must be an integer");
        }
    }

    /** Requests and limits of a container. */
    static void requirements(Findings f, Place resources, Set<String> claims) {
        requirements(f, resources, claims, false);
    }

    /** Requests and limits of a whole Pod. */
    static void podRequirements(Findings f, Place resources, Set<String> claims) {
        requirements(f, resources, claims, true);
    }

    private static void requirements(Findings f, Place resources, Set<String> claims, boolean pod) {
        Place limits = resources.field("limits");
        Place requests = resources.field("requests");
        for (String name : Meta.sorted(limits).keySet()) {
            nameAndAmount(f, limits, name, pod);
            pages(f, limits.key(name), name);
        }
        for (String name : Meta.sorted(requests).keySet()) {
            nameAndAmount(f, requests, name, pod);
            compare(f, requests, limits, name);
            pages(f, requests.key(name), name);
        }
        Set<String> all = new HashSet<>(limits.map().keySet());
        all.addAll(requests.map().keySet());
        if (all.stream().anyMatch(ResourceValidation::isHugePages) && !all.contains("cpu") && !all.contains("memory")) {
            f.forbidden(resources, "HugePages require cpu or memory");
        }
        claimNames(f, resources.field("claims"), claims);
    }

    private static void nameAndAmount(Findings f, Place list, String name, boolean pod) {
        Place at = list.key(name);
        if (pod) {
            podName(f, at, name);
        } else {
            containerName(f, at, name);
        }
        Quantity amount = quantity(at);
        if (amount != null) {
            amount(f, at, name, amount);
        }
    }

    private static void pages(Findings f, Place at, String name) {
        Quantity amount = quantity(at);
        if (amount != null && isHugePages(name) && !divisible(name, amount)) {
            f.invalid(at, amount.toString(), amount + " is not positive integer multiple of " + name);
        }
    }

    private static boolean divisible(String name, Quantity amount) {
        try {
            BigDecimal page =
                    Quantity.parse(name.substring("hugepages-".length())).amount();
            return page.signum() > 0 && amount.amount().remainder(page).signum() == 0;
        } catch (QuantityException e) {
            return false;
        }
    }

    private static void compare(Findings f, Place requests, Place limits, String name) {
        Quantity request = quantity(requests.key(name));
        Quantity limit = quantity(limits.key(name));
        if (request == null) {
            return;
        }
        if (limit == null) {
            if (!overcommitAllowed(name)) {
                f.required(limits, "Limit must be set for non overcommitable resources");
            }
        } else if (request.compareTo(limit) != 0 && !overcommitAllowed(name)) {
            f.invalid(requests, request.toString(), "must be equal to " + name + " limit of " + limit);
        } else if (request.compareTo(limit) > 0) {
            f.invalid(requests, request.toString(), "must be less than or equal to " + name + " limit of " + limit);
        }
    }

    private static void claimNames(Findings f, Place claims, Set<String> podClaims) {
        Set<String> seen = new HashSet<>();
        for (Place claim : claims.items()) {
            String name = claim.text("name");
            if (name.isEmpty()) {
                f.required(claim);
                continue;
            }
            claimTwice(f, claim, name, seen);
            if (!podClaims.contains(name)) {
                String known =
                        podClaims.isEmpty() ? " which is empty" : ": " + String.join(", ", new TreeSet<>(podClaims));
                f.add(new io.k8j.model.api.FieldError(
                        io.k8j.model.api.FieldError.Type.NOT_FOUND,
                        claim.path(),
                        "Not found: " + io.k8j.model.api.GoQuote.quote(name)
                                + ": must be one of the names in pod.spec.resourceClaims" + known));
            }
        }
    }

    /** A claim may be named once as a whole, or once for each of its requests. */
    private static void claimTwice(Findings f, Place claim, String name, Set<String> seen) {
        if (seen.contains(name)) {
            f.duplicate(claim, name);
            return;
        }
        String request = claim.text("request");
        if (!request.isEmpty()) {
            Meta.dnsLabel(f, claim.field("request"));
        }
        String key = request.isEmpty() ? name : name + "/" + request;
        if (seen.contains(key)) {
            f.duplicate(claim, key);
        } else if (request.isEmpty()) {
            seen.stream().filter(s -> s.startsWith(name + "/")).forEach(s -> f.duplicate(claim, name));
        }
        seen.add(key);
    }

    /** Amounts that are only bounded below, by name. */
    static void amounts(Findings f, Place list) {
        for (Map.Entry<String, Object> e : Meta.sorted(list).entrySet()) {
            Place at = list.field(e.getKey());
            Quantity amount = quantity(at);
            if (amount != null) {
                amount(f, at, e.getKey(), amount);
            }
        }
    }
}
