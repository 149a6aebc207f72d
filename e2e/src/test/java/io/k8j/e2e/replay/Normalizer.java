package io.k8j.e2e.replay;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Replaces what two clusters may choose freely by placeholders. Pure; the same on both sides of a comparison. */
final class Normalizer {
    /** Letters of generated names: no vowels and nothing that looks like another one. */
    private static final String SAFE = "[bcdfghjklmnpqrstvwxz2456789]";

    private static final Map<Pattern, String> TEXT = new LinkedHashMap<>();

    static {
        rule("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uid>");
        rule("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)", "<time>");
        rule("[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}", "<time>");
        rule("containerd://[0-9a-f]{64}", "<container>");
        rule("sha256:[0-9a-f]{64}", "<digest>");
        rule("\\b10\\.\\d+\\.\\d+\\.\\d+(?=/\\d)", "<ip>");
        rule("\\b10\\.\\d+\\.\\d+\\.\\d+", "<ip>");
        rule("\\b127\\.0\\.0\\.1:\\d+", "<address>");
        rule("\\.[0-9a-f]{16}\\b", ".<event>");
        rule("-" + SAFE + "{8,10}-" + SAFE + "{5}\\b", "-<hash>-<id>");
        rule("-(?=[a-z]*[0-9])" + SAFE + "{7,10}\\b", "-<hash>");
        rule("-" + SAFE + "{5}(?![\\w-])", "-<id>");
        rule("(pod-template-hash=|controller-revision-hash=)" + SAFE + "+", "$1<hash>");
        rule("(ResourceVersion in record|the ResourceVersion in the precondition) \\(\\d+\\)", "$1 (<rv>)");
        rule("current: \\d+", "current: <rv>");
        rule(":3\\d{4}/(?=TCP|UDP)", ":<port>/");
        rule("default-scheduler-[a-z0-9-]+", "default-scheduler-<host>");
    }

    private static final Pattern AGE = Pattern.compile("(\\d+[smhdy]){1,2}|<invalid>|<unknown>");
    private static final List<String> HASHES =
            List.of("pod-template-hash", "controller-revision-hash", "controller.kubernetes.io/hash");

    private Normalizer() {}

    private static void rule(String pattern, String replacement) {
        TEXT.put(Pattern.compile(pattern), replacement);
    }

    /** Normalizes words within a text. */
    static String text(String text) {
        String result = text;
        for (var rule : TEXT.entrySet()) {
            result = rule.getKey().matcher(result).replaceAll(rule.getValue());
        }
        return result;
    }

    /**
     * Normalizes an answer's body. A text of several JSON documents, as a watch sends it, becomes an array of them in
     * the order of their objects' names: upstream sends the first ones in no fixed order.
     */
    static JsonNode body(JsonNode body) {
        if (body.isString() && body.asString().startsWith("{")) {
            ArrayNode events = JsonNodeFactory.instance.arrayNode();
            body.asString()
                    .lines()
                    .map(line -> JsonMapper.shared().readTree(line))
                    .sorted((a, b) -> eventKey(a).compareTo(eventKey(b)))
                    .forEach(events::add);
            return tree("", events);
        }
        return tree("", body);
    }

    private static String eventKey(JsonNode event) {
        String name = event.at("/object/metadata/name").asString("");
        return event.path("type").asString()
                + name
                + event.at("/object/rows/0/cells/0").asString("");
    }

    private static JsonNode tree(String key, JsonNode node) {
        return switch (node) {
            case ObjectNode object -> {
                ObjectNode copy = JsonNodeFactory.instance.objectNode();
                object.properties().forEach(e -> copy.set(text(e.getKey()), tree(e.getKey(), e.getValue())));
                yield copy;
            }
            case ArrayNode array -> {
                ArrayNode copy = JsonNodeFactory.instance.arrayNode();
                array.forEach(element -> copy.add(tree(key, element)));
                yield copy;
            }
            default -> leaf(key, node);
        };
    }

    private static JsonNode leaf(String key, JsonNode node) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        if (node.isString()) {
            String value = node.asString();
            if (key.equals("resourceVersion") && value.matches("[2-9]|\\d{2,}")) {
                return make.stringNode("<rv>");
            }
            if (key.equals("continue") && !value.isEmpty()) {
                return make.stringNode("<token>");
            }
            if (HASHES.contains(key)) {
                return make.stringNode("<hash>");
            }
            if (key.equals("cells") && AGE.matcher(value).matches()) {
                return make.stringNode("<age>");
            }
            return make.stringNode(text(value));
        }
        boolean port = node.isInt() && node.asInt() >= 30000 && node.asInt() <= 32767;
        return port && (key.equals("nodePort") || key.equals("healthCheckNodePort")) ? make.stringNode("<port>") : node;
    }
}
