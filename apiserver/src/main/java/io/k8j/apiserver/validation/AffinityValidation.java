package io.k8j.apiserver.validation;

import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks which nodes and neighbours a Pod wants: affinity and spreading. */
public final class AffinityValidation {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

    private AffinityValidation() {}

    static void check(Findings f, Place affinity) {
        Place node = affinity.field("nodeAffinity");
        if (node.field(REQUIRED).present()) {
            nodeSelector(f, node.field(REQUIRED));
        }
        for (Place term : node.field(PREFERRED).items()) {
            weight(f, term);
            nodeTerm(f, term.field("preference"), true);
        }
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            Place pods = affinity.field(kind);
            pods.field(REQUIRED).items().forEach(term -> podTerm(f, term));
            for (Place weighted : pods.field(PREFERRED).items()) {
                weight(f, weighted);
                podTerm(f, weighted.field("podAffinityTerm"));
            }
        }
    }

    private static void weight(Findings f, Place term) {
        long weight = term.number("weight");
        if (weight <= 0 || weight > 100) {
            f.invalid(term.field("weight"), weight, "must be in the range 1-100");
        }
    }

    /** Checks a node selector. */
    public static void nodeSelector(Findings f, Place selector) {
        Place terms = selector.field("nodeSelectorTerms");
        if (terms.isEmpty()) {
            f.required(terms, "must have at least one node selector term");
        }
        terms.items().forEach(term -> nodeTerm(f, term, false));
    }

    private static void nodeTerm(Findings f, Place term, boolean anyValues) {
        term.field("matchExpressions").items().forEach(e -> nodeRequirement(f, e, anyValues));
        term.field("matchFields").items().forEach(e -> nodeField(f, e));
    }

    /** A term as messages show it. */
    static Object shownTerm(Place term) {
        Map<String, Object> shown = new LinkedHashMap<>();
        for (String list : List.of("matchExpressions", "matchFields")) {
            Place all = term.field(list);
            String name = Character.toUpperCase(list.charAt(0)) + list.substring(1);
            shown.put(
                    name,
                    all.absent()
                            ? null
                            : all.items().stream()
                                    .map(e -> GoStruct.of(e, "key=", "operator=", "values"))
                                    .toList());
        }
        return shown;
    }

    static Object shownTerms(Place terms) {
        return terms.absent()
                ? null
                : terms.items().stream().map(AffinityValidation::shownTerm).toList();
    }

    /** Labels of nodes are compared as numbers, too. */
    private static void nodeRequirement(Findings f, Place e, boolean anyValues) {
        switch (e.text("operator")) {
            case "Gt", "Lt" -> {
                Place values = e.field("values");
                if (values.size() != 1) {
                    f.required(values, "must be specified single value when `operator` is 'Lt' or 'Gt'");
                }
                LabelSelectorValidation.keyAndValues(f, e, anyValues);
            }
            default -> LabelSelectorValidation.requirement(f, e, anyValues);
        }
    }

    private static void nodeField(Findings f, Place e) {
        Place values = e.field("values");
        switch (e.text("operator")) {
            case "In", "NotIn" -> {
                if (values.size() != 1) {
                    f.required(
                            values,
                            "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
                }
            }
            default -> f.invalid(e.field("operator"), e.text("operator"), "not a valid selector operator");
        }
        if (e.text("key").equals("metadata.name")) {
            values.items().forEach(v -> Meta.dnsSubdomain(f, v));
        } else {
            f.invalid(e.field("key"), e.text("key"), "not a valid field selector key");
        }
    }

    private static void podTerm(Findings f, Place term) {
        LabelSelectorValidation.check(f, term.field("labelSelector"));
        LabelSelectorValidation.check(f, term.field("namespaceSelector"));
        for (String namespace : term.field("namespaces").texts()) {
            f.invalid(term.field("namespace"), namespace, Names.dns1123Label(namespace));
        }
        matchLabelKeys(f, term);
        Place key = term.field("topologyKey");
        if (key.text().isEmpty()) {
            f.required(key, "can not be empty");
        }
        f.invalid(key, key.text(), Names.qualifiedName(key.text()));
    }

    private static void matchLabelKeys(Findings f, Place term) {
        Place match = term.field("matchLabelKeys");
        Place mismatch = term.field("mismatchLabelKeys");
        Place selector = term.field("labelSelector");
        for (Place keys : List.of(match, mismatch)) {
            if (!keys.isEmpty() && selector.absent()) {
                f.forbidden(keys, "must not be specified when labelSelector is not set");
            } else {
                keys.items().forEach(k -> f.invalid(k, k.text(), Names.qualifiedName(k.text())));
            }
        }
        Set<String> known = new HashSet<>(selector.field("matchLabels").map().keySet());
        for (Place e : selector.field("matchExpressions").items()) {
            int i = match.texts().indexOf(e.text("key"));
            if (i >= 0 && known.contains(e.text("key"))) {
                f.invalid(
                        new Place(null, term.path() + "[" + i + "]"),
                        e.text("key"),
                        "exists in both matchLabelKeys and labelSelector");
            }
            known.add(e.text("key"));
        }
        for (Place key : match.items()) {
            if (mismatch.texts().contains(key.text())) {
                f.invalid(key, key.text(), "exists in both matchLabelKeys and mismatchLabelKeys");
            }
        }
    }

    private static void positive(Findings f, Place number) {
        if (number.number(0) <= 0) {
            f.invalid(number, number.number(0), "must be greater than zero");
        }
    }

    static void topologySpread(Findings f, Place constraints) {
        List<Place> all = constraints.items();
        for (int i = 0; i < all.size(); i++) {
            Place c = all.get(i);
            positive(f, c.field("maxSkew"));
            if (c.text("topologyKey").isEmpty()) {
                f.required(c.field("topologyKey"), "can not be empty");
            }
            Meta.oneOf(f, c.field("whenUnsatisfiable"), List.of("DoNotSchedule", "ScheduleAnyway"));
            for (Place later : all.subList(i + 1, all.size())) {
                if (later.text("topologyKey").equals(c.text("topologyKey"))
                        && later.text("whenUnsatisfiable").equals(c.text("whenUnsatisfiable"))) {
                    f.duplicate(
                            new Place(null, c.path() + ".{topologyKey, whenUnsatisfiable}"),
                            "{" + c.text("topologyKey") + ", " + c.text("whenUnsatisfiable") + "}");
                    break;
                }
            }
            Place domains = c.field("minDomains");
            if (domains.present()) {
                positive(f, domains);
                if (!c.text("whenUnsatisfiable").equals("DoNotSchedule")) {
                    f.invalid(
                            domains,
                            "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not "
                                    + c.text("whenUnsatisfiable"));
                }
            }
            Meta.optionalOneOf(f, c.field("nodeAffinityPolicy"), List.of("Honor", "Ignore"));
            Meta.optionalOneOf(f, c.field("nodeTaintsPolicy"), List.of("Honor", "Ignore"));
            matchLabelKeys(f, c);
            LabelSelectorValidation.check(f, c.field("labelSelector"));
        }
    }
}
