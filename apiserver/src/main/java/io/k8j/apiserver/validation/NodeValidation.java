package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks Nodes. */
public final class NodeValidation {
    private static final String TAINTS = "scheduler.alpha.kubernetes.io/taints";
    private static final String AVOID = "scheduler.alpha.kubernetes.io/preferAvoidPods";
    private static final String FEATURE = "[A-Z][a-zA-Z0-9]*(/[a-zA-Z][a-zA-Z0-9]*)*";
    private static final int LONGEST_FEATURE = 253;

    private NodeValidation() {}

    public static List<FieldError> create(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        annotations(f, p.at("metadata", "annotations"));
        taints(f, p);
        resources(f, p);
        Place swap = p.at("status", "nodeInfo", "swap", "capacity");
        if (swap.present() && swap.number(0) <= 0) {
            f.invalid(new Place(swap.value(), "metadata.nodeSwapStatus.capacity"), "must be greater than zero");
        }
        features(f, p.at("status", "declaredFeatures"));
        Place cidrs = p.at("spec", "podCIDRs");
        cidrs.items().forEach(c -> Meta.cidr(f, c));
        if (cidrs.size() > 1) {
            families(f, cidrs);
        }
        return f.list();
    }

    /** Everything wrong with a new version, whose status stays. */
    public static List<FieldError> update(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        create(object).forEach(f::add);
        statusUpdate(object, old).forEach(f::add);
        return f.list();
    }

    /** Everything wrong with a write of the status, for which upstream looks at the rest once more, too. */
    public static List<FieldError> statusUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place p = Place.of(object);
        annotations(f, p.at("metadata", "annotations"));
        resources(f, p);
        features(f, p.at("status", "declaredFeatures"));
        Set<String> addresses = new HashSet<>();
        for (Place a : p.at("status", "addresses").items()) {
            if (!addresses.add(a.text("type") + " " + a.text("address"))) {
                f.duplicate(a, GoStruct.of(a, "type=", "address="));
            }
        }
        Place spec = p.field("spec");
        Place before = Place.of(old).field("spec");
        ranges(f, spec.field("podCIDRs"), before.field("podCIDRs").texts());
        if (!before.text("providerID").isEmpty() && !before.text("providerID").equals(spec.text("providerID"))) {
            f.forbidden(spec.field("providerID"), "node updates may not change providerID except from \"\" to valid");
        }
        taints(f, p);
        if (!before.text("externalID").equals(spec.text("externalID"))) {
            f.forbidden(spec.field("externalID"), "may not be updated");
        }
        return f.list();
    }

    /** Ranges are given once; upstream complains of each that changes. */
    private static void ranges(Findings f, Place now, List<String> before) {
        if (before.isEmpty()) return;
        List<String> texts = now.texts();
        for (int i = 0; i < before.size(); i++) {
            boolean otherCount = before.size() != texts.size();
            if (otherCount || !before.get(i).equals(texts.get(i))) {
                f.forbidden(now, "node updates may not change podCIDR except from \"\" to valid");
            }
            if (otherCount) return;
        }
    }

    private static void families(Findings f, Place cidrs) {
        List<String> texts = cidrs.texts();
        for (int i = 0; i < texts.size(); i++) {
            if (!Meta.isCidr(texts.get(i))) {
                f.internal(
                        cidrs,
                        "invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[%d]: <nil> (invalid CIDR address: %s)"
                                .formatted(i, texts.get(i)));
                break;
            }
        }
        long v6 = cidrs.texts().stream().filter(Meta::isIpv6).count();
        boolean both = cidrs.texts().stream().allMatch(Meta::isCidr) && v6 > 0 && v6 < cidrs.size();
        if (!both || cidrs.size() > 2) {
            f.invalid(cidrs, "may specify no more than one CIDR for each IP family");
        }
    }

    private static void taints(Findings f, Place node) {
        TaintValidation.taints(f, new Place(node.at("spec", "taints").value(), "metadata.taints"));
    }

    private static void resources(Findings f, Place p) {
        ResourceValidation.amounts(f, p.at("status", "capacity"));
        ResourceValidation.amounts(f, p.at("status", "allocatable"));
    }

    private static void features(Findings f, Place features) {
        List<Place> items = features.items();
        for (int i = 0; i < items.size(); i++) {
            String name = items.get(i).text();
            if (name.length() > LONGEST_FEATURE) {
                f.invalid(
                        items.get(i),
                        name,
                        "invalid feature name " + GoQuote.quote(name) + ": must be no more than " + LONGEST_FEATURE
                                + " characters");
            } else if (!name.matches(FEATURE)) {
                f.invalid(
                        items.get(i),
                        name,
                        "invalid feature name " + GoQuote.quote(name)
                                + ": must start with an UpperCamelCase segment, with subsequent segments separated by '/'"
                                + " (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters"
                                + " and slashes");
            }
            if (i + 1 == items.size()) return;
            int order = name.compareTo(items.get(i + 1).text());
            if (order == 0) {
                f.duplicate(items.get(i + 1));
            } else if (order > 0) {
                f.invalid(items.get(i + 1), "list must be sorted alphabetically");
            }
        }
    }

    /** Annotations that were fields to be: they hold JSON. */
    private static void annotations(Findings f, Place annotations) {
        if (!annotations.text(TAINTS).isEmpty()) {
            try {
                Object taints = Json.parse(annotations.text(TAINTS));
                TaintValidation.taints(f, new Place(taints, annotations.path() + "." + TAINTS));
            } catch (JsonException e) {
                f.invalid(annotations, TAINTS, e.getMessage());
            }
        }
        if (annotations.text(AVOID).isEmpty()) return;
        try {
            Place avoid = Place.of(Json.parse(annotations.text(AVOID))).field("preferAvoidPods");
            new Place(avoid.value(), annotations.path() + "." + AVOID).items().forEach(entry -> avoided(f, entry));
        } catch (JsonException e) {
            f.invalid(annotations.field("AvoidPods"), AVOID, e.getMessage());
        }
    }

    private static void avoided(Findings f, Place entry) {
        Place controller = entry.at("podSignature", "podController");
        if (controller.absent()) {
            f.required(entry.field("PodSignature"));
        } else if (!controller.isTrue("controller")) {
            Place at = entry.at("PodSignature", "PodController", "Controller");
            f.invalid(at, Boolean.FALSE, "must point to a controller");
        }
    }
}
