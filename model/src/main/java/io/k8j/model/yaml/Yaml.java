package io.k8j.model.yaml;

import io.k8j.model.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads and writes YAML as the same plain trees that {@link io.k8j.model.json.Json} has. JSON is YAML, too, but slower to
 * read here. Safe for use by any number of threads.
 *
 * <p>Reading follows upstream: YAML 1.1 booleans ({@code yes}, {@code off}, {@code y}) and octal numbers, dates stay
 * strings, keys that are numbers or booleans become strings, merge keys are merged.
 */
public final class Yaml {
    private static final LoadSettings SETTINGS = settings(1024);
    /** The parser copies what it has of a scalar each time it reads on, which makes small steps costly for long ones. */
    private static final LoadSettings IN_LARGE_STEPS = settings(1 << 20);

    private static final int LONG = 1 << 16;

    private static LoadSettings settings(int step) {
        return LoadSettings.builder()
                .setCodePointLimit(Integer.MAX_VALUE)
                .setVersionFunction(version -> version)
                .setBufferSize(step)
                .build();
    }

    private Yaml() {}

    /**
     * Reads the first document; of duplicate keys the last one counts.
     *
     * @return null for an empty text
     * @throws JsonException if the text is no YAML, too deeply nested, or grows too much by its aliases
     */
    public static Object parse(byte[] text) {
        return parse(text, null);
    }

    /** Reads the first document of a string, see {@link #parse(byte[])}. */
    public static Object parse(String text) {
        List<Object> documents = documents(text, null, 1);
        return documents.isEmpty() ? null : documents.getFirst();
    }

    /**
     * Reads the first document and reports each key that occurs more than once in its map.
     *
     * @param duplicates receives upstream's words for each, {@code line 3: key "a" already set in map}; may be null
     * @throws JsonException as {@link #parse(byte[])}
     */
    public static Object parse(byte[] text, Consumer<String> duplicates) {
        List<Object> documents = documents(new String(text, StandardCharsets.UTF_8), duplicates, 1);
        return documents.isEmpty() ? null : documents.getFirst();
    }

    /**
     * Reads all documents; empty ones are left out.
     *
     * @throws JsonException as {@link #parse(byte[])}
     */
    public static List<Object> parseAll(byte[] text) {
        List<Object> documents = documents(new String(text, StandardCharsets.UTF_8), null, Integer.MAX_VALUE);
        documents.removeIf(document -> document == null);
        return documents;
    }

    private static List<Object> documents(String text, Consumer<String> duplicates, int limit) {
        try {
            LoadSettings settings = text.length() < LONG ? SETTINGS : IN_LARGE_STEPS;
            Iterator<Event> events = new Parse(settings).parseString(text).iterator();
            Composer composer = new Composer(events, duplicates);
            List<Object> documents = new ArrayList<>();
            while (documents.size() < limit && composer.hasDocument()) documents.add(composer.document());
            return documents;
        } catch (MarkedYamlEngineException e) {
            throw new JsonException("yaml: " + YamlFault.words(e), e);
        } catch (NumberFormatException e) {
            // The scanner takes what is left of an escape at the end of the text for a number.
            throw new JsonException("yaml: did not find expected hexdecimal number", e);
        } catch (YamlEngineException e) {
            throw new JsonException("yaml: " + e.getMessage(), e);
        }
    }

    /**
     * Writes a tree as kubectl does: keys sorted, lists not indented below their key.
     *
     * @throws IllegalArgumentException if the tree has a value that is no tree value
     */
    public static String writeString(Object tree) {
        return new YamlWriter().document(tree);
    }

    /** Writes a tree, see {@link #writeString}. */
    public static byte[] write(Object tree) {
        return writeString(tree).getBytes(StandardCharsets.UTF_8);
    }
}
