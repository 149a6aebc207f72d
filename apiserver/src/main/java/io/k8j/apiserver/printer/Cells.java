package io.k8j.apiserver.printer;

import io.k8j.apiserver.validation.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Words that the tables of several kinds share. */
final class Cells {
    private static final int SHOWN = 3;

    private Cells() {}

    static String orNone(String text) {
        return text.isEmpty() ? "<none>" : text;
    }

    static String orUnset(Place text) {
        return text.absent() ? "<unset>" : text.text();
    }

    /** A field of all containers of a Pod spec, joined by commas. */
    static String containers(Place podSpec, String field) {
        return podSpec.field("containers").items().stream()
                .map(c -> c.text(field))
                .collect(Collectors.joining(","));
    }

    /** Labels in order of their keys. */
    static String labels(Place labels) {
        String text = new TreeMap<>(labels.map())
                .entrySet().stream()
                        .map(e -> e.getKey() + "=" + string(e.getValue()))
                        .collect(Collectors.joining(","));
        return orNone(text);
    }

    /** A label selector as {@code kubectl -l} takes it. */
    static String selector(Place selector) {
        if (selector.absent()) {
            return "<none>";
        }
        String text = selectorText(selector);
        return text.isEmpty() ? "<none>" : text;
    }

    /** A label selector's requirements in order of their keys; empty if it selects everything. */
    static String selectorText(Place selector) {
        List<String[]> requirements = new ArrayList<>();
        selector.field("matchLabels").map().forEach((k, v) -> requirements.add(new String[] {k, k + "=" + string(v)}));
        for (Place e : selector.field("matchExpressions").items()) {
            String key = e.text("key");
            String values = e.field("values").texts().stream().sorted().collect(Collectors.joining(","));
            requirements.add(new String[] {
                key,
                switch (e.text("operator")) {
                    case "In" -> key + " in (" + values + ")";
                    case "NotIn" -> key + " notin (" + values + ")";
                    case "Exists" -> key;
                    case "DoesNotExist" -> "!" + key;
                    default -> "<error>";
                }
            });
        }
        requirements.sort((a, b) -> a[0].compareTo(b[0]));
        return requirements.stream().map(r -> r[1]).collect(Collectors.joining(","));
    }

    /** A label selector as Go prints the structure. */
    static String goSelector(Place selector) {
        StringBuilder text = new StringBuilder("&LabelSelector{MatchLabels:map[string]string{");
        new TreeMap<>(selector.field("matchLabels").map())
                .forEach((key, value) ->
                        text.append(key).append(": ").append(string(value)).append(','));
        text.append("},MatchExpressions:[]LabelSelectorRequirement{");
        for (Place e : selector.field("matchExpressions").items()) {
            text.append("LabelSelectorRequirement{Key:").append(e.text("key"));
            text.append(",Operator:").append(e.text("operator"));
            text.append(",Values:[")
                    .append(String.join(" ", e.field("values").texts()))
                    .append("],},");
        }
        return text.append("},}").toString();
    }

    /** The first three, and how many more there are. */
    static String few(List<String> all, String whenEmpty) {
        if (all.size() > SHOWN) {
            return String.join(",", all.subList(0, SHOWN)) + " + " + (all.size() - SHOWN) + " more...";
        }
        String text = String.join(",", all);
        return text.isEmpty() ? whenEmpty : text;
    }

    /** Addresses of a load balancer, sorted. */
    static String loadBalancer(Place status) {
        TreeSet<String> addresses = new TreeSet<>();
        for (Place ingress : status.at("loadBalancer", "ingress").items()) {
            String address = ingress.text("ip").isEmpty() ? ingress.text("hostname") : ingress.text("ip");
            if (!address.isEmpty()) {
                addresses.add(address);
            }
        }
        return String.join(",", addresses);
    }

    /** Short forms of access modes, in upstream's order, each once. */
    static String accessModes(Place modes) {
        List<String> present = modes.texts();
        List<String> out = new ArrayList<>();
        Map<String, String> shorts = new java.util.LinkedHashMap<>();
        shorts.put("ReadWriteOnce", "RWO");
        shorts.put("ReadOnlyMany", "ROX");
        shorts.put("ReadWriteMany", "RWX");
        shorts.put("ReadWriteOncePod", "RWOP");
        shorts.forEach((mode, text) -> {
            if (present.contains(mode)) {
                out.add(text);
            }
        });
        return String.join(",", out);
    }

    /** A number or a string as text. */
    static String string(Object value) {
        return value == null ? "" : value.toString();
    }

    /** A quantity's stored text; {@code 0} if absent. */
    static String quantity(Place quantity) {
        return quantity.absent() ? "0" : string(quantity.value());
    }

    /** Whether a condition of that type is True. */
    static boolean conditionTrue(Place conditions, String type) {
        for (Place c : conditions.items()) {
            if (c.text("type").equals(type)) {
                return c.text("status").equals("True");
            }
        }
        return false;
    }
}
