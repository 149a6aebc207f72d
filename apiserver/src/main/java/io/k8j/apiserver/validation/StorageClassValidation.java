package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.validation.Names;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Checks classes of volumes. */
public final class StorageClassValidation {
    private static final int MOST_PARAMETERS = 512;
    private static final int LONGEST_PARAMETERS = 256 * 1024;

    private StorageClassValidation() {}

    public static List<FieldError> storageClass(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        provisioner(f, p.field("provisioner"));
        parameters(f, p.field("parameters"), true);
        if (!p.text("reclaimPolicy").isEmpty()) {
            Meta.oneOf(f, p.field("reclaimPolicy"), List.of("Delete", "Retain"));
        }
        if (p.field("volumeBindingMode").absent()) {
            f.required(p.field("volumeBindingMode"));
        } else {
            Meta.oneOf(f, p.field("volumeBindingMode"), List.of("Immediate", "WaitForFirstConsumer"));
        }
        topologies(f, p.field("allowedTopologies"));
        return f.list();
    }

    private static void provisioner(Findings f, Place name) {
        if (name.text().isEmpty()) {
            f.required(name);
        } else {
            String lower = name.text().toLowerCase(Locale.ROOT);
            f.invalid(name, lower, Names.qualifiedName(lower));
        }
    }

    private static void parameters(Findings f, Place parameters, boolean mayBeEmpty) {
        if (parameters.size() > MOST_PARAMETERS) {
            f.tooLong(parameters, MOST_PARAMETERS);
            return;
        }
        if (parameters.map().containsKey("")) {
            f.invalid(parameters, "", "field can not be empty.");
        }
        long size = 0;
        for (Map.Entry<String, Object> e : parameters.map().entrySet()) {
            size += Meta.bytes(e.getKey()) + Meta.bytes(String.valueOf(e.getValue()));
        }
        if (size > LONGEST_PARAMETERS) {
            f.tooLong(parameters, LONGEST_PARAMETERS);
        }
        if (!mayBeEmpty && parameters.isEmpty()) {
            f.required(parameters, "must contain at least one key/value pair");
        }
    }

    private static void topologies(Findings f, Place terms) {
        // Upstream begins with as many empty ones as there are terms.
        List<Map<String, Set<String>>> seen = new ArrayList<>(Collections.nCopies(terms.size(), Map.of()));
        for (Place term : terms.items()) {
            Map<String, Set<String>> wanted = topology(f, term.field("matchLabelExpressions"));
            for (int i = 0; i < Collections.frequency(seen, wanted); i++) {
                f.duplicate(term.field("matchLabelExpressions"), "");
            }
            seen.add(wanted);
        }
    }

    private static Map<String, Set<String>> topology(Findings f, Place expressions) {
        Map<String, Set<String>> wanted = new TreeMap<>();
        for (Place e : expressions.items()) {
            Place values = e.field("values");
            if (values.isEmpty()) {
                f.required(values);
            }
            Set<String> set = new TreeSet<>();
            for (Place value : values.items()) {
                if (!set.add(value.text())) {
                    f.duplicate(value, value.text());
                }
            }
            Meta.qualifiedName(f, e.field("key"));
            if (wanted.put(e.text("key"), set) != null) {
                f.duplicate(e.field("key"), e.text("key"));
            }
        }
        return wanted;
    }

    public static List<FieldError> storageClassUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        storageClass(object).forEach(f::add);
        for (String field : List.of("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode")) {
            Place now = Place.of(object).field(field);
            if (!Meta.same(now, Place.of(old).field(field))) {
                f.invalid(now, now.value() instanceof Map ? Meta.sorted(now) : now.value(), Meta.IMMUTABLE);
            }
        }
        return f.list();
    }

    private static void fixed(Findings f, Map<String, Object> object, Map<String, Object> old, String... fields) {
        for (String field : fields) {
            if (!Meta.identical(Place.of(object).field(field), Place.of(old).field(field))) {
                f.forbidden(Place.of(object).field(field), "updates to " + field + " are forbidden.");
            }
        }
    }

    public static List<FieldError> attributesClass(Map<String, Object> object) {
        Findings f = new Findings();
        provisioner(f, Place.of(object).field("driverName"));
        parameters(f, Place.of(object).field("parameters"), false);
        return f.list();
    }

    public static List<FieldError> attributesClassUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        fixed(f, object, old, "driverName", "parameters");
        attributesClass(object).forEach(f::add);
        return f.list();
    }
}
