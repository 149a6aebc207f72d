package io.k8j.e2e.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Names every place where two JSON trees differ. Pure. */
final class JsonDiff {
    /**
     * One place.
     *
     * @param path     such as {@code .spec.containers[c].image}; elements of a list go by name where they have one
     * @param expected as JSON, or {@code (absent)}
     * @param actual   as JSON, or {@code (absent)}
     */
    record Difference(String path, String expected, String actual) {
        @Override
        public String toString() {
            return "%s: expected %s, found %s".formatted(path, shorten(expected), shorten(actual));
        }

        private static String shorten(String json) {
            return json.length() <= 400 ? json : json.substring(0, 400) + "…";
        }
    }

    static final String ABSENT = "(absent)";

    private final List<Difference> found = new ArrayList<>();

    private JsonDiff() {}

    static List<Difference> between(JsonNode expected, JsonNode actual) {
        var diff = new JsonDiff();
        diff.compare("", expected, actual);
        return diff.found;
    }

    private void compare(String path, JsonNode expected, JsonNode actual) {
        switch (expected) {
            case ObjectNode object when actual instanceof ObjectNode other -> objects(path, object, other);
            case ArrayNode array when actual instanceof ArrayNode other -> arrays(path, array, other);
            default -> {
                if (!expected.equals(actual)) {
                    found.add(new Difference(path, expected.toString(), actual.toString()));
                }
            }
        }
    }

    private void objects(String path, ObjectNode expected, ObjectNode actual) {
        var keys = new LinkedHashSet<String>();
        expected.propertyNames().forEach(keys::add);
        actual.propertyNames().forEach(keys::add);
        for (String key : keys) {
            String place = path + "." + key;
            if (!actual.has(key)) {
                found.add(new Difference(place, expected.get(key).toString(), ABSENT));
            } else if (!expected.has(key)) {
                found.add(new Difference(place, ABSENT, actual.get(key).toString()));
            } else {
                compare(place, expected.get(key), actual.get(key));
            }
        }
    }

    private void arrays(String path, ArrayNode expected, ArrayNode actual) {
        Map<String, JsonNode> wanted = byKey(expected);
        Map<String, JsonNode> got = byKey(actual);
        if (wanted == null || got == null || path.endsWith(".cells")) {
            byIndex(path, expected, actual);
            return;
        }
        wanted.forEach((key, element) -> {
            String place = path + "[" + key + "]";
            if (got.containsKey(key)) {
                compare(place, element, got.get(key));
            } else {
                found.add(new Difference(place, element.toString(), ABSENT));
            }
        });
        got.forEach((key, element) -> {
            if (!wanted.containsKey(key)) {
                found.add(new Difference(path + "[" + key + "]", ABSENT, element.toString()));
            }
        });
        List<String> common = wanted.keySet().stream().filter(got::containsKey).toList();
        List<String> order = got.keySet().stream().filter(wanted::containsKey).toList();
        if (!common.equals(order)) {
            found.add(new Difference(path + "[order]", common.toString(), order.toString()));
        }
    }

    private void byIndex(String path, ArrayNode expected, ArrayNode actual) {
        for (int i = 0; i < Math.max(expected.size(), actual.size()); i++) {
            String place = path + "[" + i + "]";
            if (i >= actual.size()) {
                found.add(new Difference(place, expected.get(i).toString(), ABSENT));
            } else if (i >= expected.size()) {
                found.add(new Difference(place, ABSENT, actual.get(i).toString()));
            } else {
                compare(place, expected.get(i), actual.get(i));
            }
        }
    }

    /** How elements of lists are told apart; the first that works for a list is taken. */
    private static final List<Function<JsonNode, String>> KEYS = List.of(
            e -> e.at("/metadata/name").asString(""),
            e -> e.at("/object/metadata/name").asString(""),
            e -> e.at("/cells/0").asString(""),
            e -> e.path("manager").asString("")
                    + e.path("operation").asString("")
                    + e.path("subresource").asString(""),
            e -> e.path("name").asString(""),
            e -> e.path("type").asString(""),
            e -> e.path("mountPath").asString(""),
            e -> e.path("key").asString(""),
            e -> e.path("groupVersion").asString(""),
            e -> e.isString() ? e.asString() : "");

    private static Map<String, JsonNode> byKey(ArrayNode array) {
        for (Function<JsonNode, String> key : KEYS) {
            var elements = new LinkedHashMap<String, JsonNode>();
            for (JsonNode element : array) {
                String name = key.apply(element);
                if (!name.isEmpty()) {
                    // Names that are equal after normalizing stay apart by their number.
                    String unique = name;
                    for (int i = 2; elements.containsKey(unique); i++) {
                        unique = name + "#" + i;
                    }
                    elements.put(unique, element);
                }
            }
            if (elements.size() == array.size()) {
                return elements;
            }
        }
        return null;
    }
}
