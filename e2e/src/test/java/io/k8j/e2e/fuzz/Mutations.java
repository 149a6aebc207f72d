package io.k8j.e2e.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** Changes valid inputs in ways that break assumptions. All chance comes from the {@link Random} that is passed in. */
final class Mutations {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String DEEP = "[".repeat(3_000) + "]".repeat(3_000);

    /** Values that are wrong in most places. */
    static final List<String> SCALARS = List.of(
            "null",
            "true",
            "false",
            "0",
            "-1",
            "1",
            "2147483648",
            "-9223372036854775809",
            "1e400",
            "1.5",
            "-0",
            "\"\"",
            "\" \"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"../../etc\"",
            "\"%2e%2e%2f\"",
            "\"a\\nb\"",
            "\"-1\"",
            "\"1Gi\"",
            "\"1e999\"",
            "\"99999999999999999999Ei\"",
            "\"0.0000000001n\"",
            "\"12h\"",
            "\"2006-01-02T15:04:05Z\"",
            "\"10.0.0.0/33\"",
            "\"::ffff:1.2.3.4\"",
            "\"*\"",
            "\"*.*\"",
            "\"a=b,c in (d\"",
            "\"(a+)+$\"",
            "\"$(X)\"",
            "\"{.spec}\"",
            "\"Always\"",
            "\"AAAA\"",
            "\"=\"",
            "{}",
            "[]",
            "[null]",
            "{\"\":null}",
            "{\"name\":\"a\"}",
            "[{\"name\":\"a\"},{\"name\":\"a\"}]");

    private final Random random;

    Mutations(Random random) {
        this.random = random;
    }

    <T> T pick(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** A changed copy of a document, as text; sometimes text that is no JSON any more. */
    String json(JsonNode document) {
        JsonNode copy = document.deepCopy();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) change(copy);
        String text = JsonMapper.shared().writeValueAsString(copy);
        return switch (random.nextInt(12)) {
            case 0 -> text(text);
            case 1 -> text.replaceFirst("\\{", "{\"kind\":\"Pod\",\"kind\":\"Pod\",");
            default -> text;
        };
    }

    private void change(JsonNode root) {
        List<JsonNode> containers = new ArrayList<>();
        collect(root, containers, 0);
        if (containers.isEmpty()) return;
        JsonNode at = pick(containers);
        if (at instanceof ObjectNode object) change(object);
        else change((ArrayNode) at);
    }

    private static void collect(JsonNode node, List<JsonNode> into, int depth) {
        if (!node.isContainer() || depth > 40) return;
        into.add(node);
        node.forEach(child -> collect(child, into, depth + 1));
    }

    private void change(ObjectNode object) {
        List<String> names = List.copyOf(object.propertyNames());
        String name = names.isEmpty() || random.nextInt(6) == 0
                ? pick(List.of("x", "", "name", "$patch", "kind", "é"))
                : pick(names);
        switch (random.nextInt(4)) {
            case 0 -> object.remove(name);
            default -> object.set(name, hostile(object.get(name)));
        }
    }

    private void change(ArrayNode array) {
        if (array.isEmpty()) {
            array.add(hostile(null));
            return;
        }
        int index = random.nextInt(array.size());
        switch (random.nextInt(4)) {
            case 0 -> array.remove(index);
            case 1 -> array.add(array.get(index).deepCopy());
            case 2 -> array.insert(0, hostile(array.get(index)));
            default -> array.set(index, hostile(array.get(index)));
        }
    }

    private JsonNode hostile(JsonNode before) {
        int choice = random.nextInt(40);
        if (choice == 0) return NODES.rawValueNode(new RawValue(DEEP));
        if (choice == 1) return NODES.stringNode("a".repeat(100_000));
        if (choice == 2) {
            ArrayNode many = NODES.arrayNode();
            for (int i = 0; i < 2_000; i++) many.add(before == null ? NODES.nullNode() : before.deepCopy());
            return many;
        }
        return NODES.rawValueNode(new RawValue(pick(SCALARS)));
    }

    /** Text with characters dropped, doubled and put in. */
    String text(String text) {
        var changed = new StringBuilder(text);
        for (int changes = 1 + random.nextInt(4); changes > 0 && !changed.isEmpty(); changes--) {
            int at = random.nextInt(changed.length());
            switch (random.nextInt(4)) {
                case 0 -> changed.deleteCharAt(at);
                case 1 ->
                    changed.insert(
                            at,
                            pick(List.of(
                                    "\"", "{", "}", "[", ":", ",", "&a ", "*a", "\t", "\n", "- ", "#", "!!str ",
                                    "\u0000", "é", "0")));
                case 2 -> changed.setLength(at);
                default ->
                    changed.insert(at, changed.substring(at, Math.min(changed.length(), at + random.nextInt(20))));
            }
        }
        return changed.toString();
    }

    /** Bytes flipped, dropped, doubled and cut. */
    byte[] bytes(byte[] bytes) {
        String changed = new String(bytes, StandardCharsets.ISO_8859_1);
        for (int changes = 1 + random.nextInt(4); changes > 0 && !changed.isEmpty(); changes--) {
            int at = random.nextInt(changed.length());
            char any = (char) random.nextInt(256);
            changed = switch (random.nextInt(4)) {
                case 0 -> changed.substring(0, at) + any + changed.substring(at + 1);
                case 1 -> changed.substring(0, at) + changed.substring(at + 1);
                case 2 -> changed.substring(0, at) + "\u00ff\u00ff\u00ff\u00ff\u007f" + changed.substring(at);
                default -> changed.substring(0, at);
            };
        }
        return changed.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A sentence made of some of these words. */
    String words(List<String> vocabulary, int most) {
        var sentence = new StringBuilder();
        for (int count = 1 + random.nextInt(most); count > 0; count--) sentence.append(pick(vocabulary));
        return sentence.toString();
    }
}
