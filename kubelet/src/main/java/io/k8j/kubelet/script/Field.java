package io.k8j.kubelet.script;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A value in a YAML text together with its place, so that whoever finds it wrong can say where. Used by one thread.
 *
 * <p>All readers throw a {@link ScriptException} that names source, line and field.
 */
public final class Field {
    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)(h|ms|m|s|us|µs|ns)");
    private static final Map<String, Double> NANOS =
            Map.of("h", 3.6e12, "m", 6e10, "s", 1e9, "ms", 1e6, "us", 1e3, "µs", 1e3, "ns", 1.0);

    private final String source;
    private final String path;
    private final Node node;

    private Field(String source, String path, Node node) {
        this.source = source;
        this.path = path;
        this.node = node;
    }

    /**
     * Reads all documents of a text; empty ones are left out.
     *
     * @param source what messages call the text, such as the file's name
     */
    public static List<Field> documents(String source, String text) {
        LoadSettings settings = LoadSettings.builder().setLabel(source).build();
        List<Field> documents = new ArrayList<>();
        try {
            for (Node node : new Compose(settings).composeAllFromString(text)) {
                if (!node.getTag().equals(Tag.NULL)) documents.add(new Field(source, "", node));
            }
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            throw new ScriptException("%s, line %d: %s".formatted(source, line, e.getProblem()), e);
        } catch (YamlEngineException e) {
            throw new ScriptException("%s: %s".formatted(source, e.getMessage()), e);
        }
        return documents;
    }

    /** Line in the source, from 1. */
    public int line() {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    /** An error at this place. */
    public ScriptException fault(String message) {
        return fault(line(), message);
    }

    /** An error in a text that spans several lines, {@code lines} below its first. */
    public ScriptException faultInText(int lines, String message) {
        boolean block = node instanceof ScalarNode scalar
                && !scalar.isPlain()
                && scalar.getValue().contains("\n");
        return fault(line() + (block ? lines : 0), message);
    }

    private ScriptException fault(int line, String message) {
        String where = path.isEmpty() ? "" : path + ": ";
        return new ScriptException("%s, line %d: %s%s".formatted(source, line, where, message));
    }

    private MappingNode mapping() {
        if (node instanceof MappingNode mapping) return mapping;
        throw fault("must be a map of fields, found " + found());
    }

    private String found() {
        return switch (node) {
            case ScalarNode scalar -> scalar.getTag().equals(Tag.NULL) ? "nothing" : "\"" + scalar.getValue() + "\"";
            case SequenceNode _ -> "a list";
            default -> "a map";
        };
    }

    /** Refuses fields of other names. */
    public Field only(String... names) {
        List<String> known = List.of(names);
        for (NodeTuple tuple : mapping().getValue()) {
            String name = name(tuple);
            if (!known.contains(name)) {
                throw child(name, tuple.getKeyNode()).fault("unknown field; known are " + String.join(", ", known));
            }
        }
        return this;
    }

    private static String name(NodeTuple tuple) {
        return tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    private Field child(String name, Node value) {
        return new Field(source, path.isEmpty() ? name : path + "." + name, value);
    }

    /** A field of this map; empty if it is absent or null. */
    public Optional<Field> find(String name) {
        return mapping().getValue().stream()
                .filter(tuple -> name(tuple).equals(name))
                .filter(tuple -> !tuple.getValueNode().getTag().equals(Tag.NULL))
                .findFirst()
                .map(tuple -> child(name, tuple.getValueNode()));
    }

    /** A field that must be there. */
    public Field get(String name) {
        return find(name).orElseThrow(() -> child(name, node).fault("is required"));
    }

    /** The fields of this map in their order. */
    public Map<String, Field> fields() {
        Map<String, Field> fields = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping().getValue()) {
            String name = name(tuple);
            fields.put(name, child(name, tuple.getValueNode()));
        }
        return fields;
    }

    /** The elements of this list. */
    public List<Field> list() {
        if (!(node instanceof SequenceNode sequence)) throw fault("must be a list, found " + found());
        List<Field> elements = new ArrayList<>();
        for (Node element : sequence.getValue()) {
            elements.add(new Field(source, path + "[" + elements.size() + "]", element));
        }
        return elements;
    }

    public boolean isMap() {
        return node instanceof MappingNode;
    }

    public String text() {
        if (node instanceof ScalarNode scalar) return scalar.getTag().equals(Tag.NULL) ? "" : scalar.getValue();
        throw fault("must be a text, found " + found());
    }

    /** A map of texts. */
    public Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        fields().forEach((name, field) -> texts.put(name, field.text()));
        return texts;
    }

    public boolean flag() {
        return switch (text()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw fault("must be true or false, found " + found());
        };
    }

    public long whole(long least, long most) {
        try {
            long number = Long.parseLong(text());
            if (number >= least && number <= most) return number;
        } catch (NumberFormatException e) {
            // said below
        }
        throw fault(
                most == Long.MAX_VALUE
                        ? "must be a whole number of %d or more, found %s".formatted(least, found())
                        : "must be a whole number between %d and %d, found %s".formatted(least, most, found()));
    }

    /** One of some words. */
    public String word(String... known) {
        if (List.of(known).contains(text())) return text();
        throw fault("must be one of %s, found %s".formatted(String.join(", ", known), found()));
    }

    /** A duration as Go writes it, such as {@code 1m30s} or {@code 250ms}. */
    public Duration duration() {
        return duration(text())
                .orElseThrow(() -> fault("must be a duration such as 250ms, 5s or 1m30s, found " + found()));
    }

    /** Reads Go's form of a duration; empty if the text is none. */
    public static Optional<Duration> duration(String text) {
        if (text.equals("0")) return Optional.of(Duration.ZERO);
        Matcher part = DURATION.matcher(text);
        double nanos = 0;
        int end = 0;
        while (part.find() && part.start() == end) {
            nanos += Double.parseDouble(part.group(1)) * NANOS.get(part.group(2));
            end = part.end();
        }
        return end == text.length() && end > 0 && nanos < Long.MAX_VALUE
                ? Optional.of(Duration.ofNanos(Math.round(nanos)))
                : Optional.empty();
    }
}
