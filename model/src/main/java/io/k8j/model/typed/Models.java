package io.k8j.model.typed;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Translates between JSON, trees and objects of model classes, with the results of Jackson's data binding. For plain
 * model classes and trees this does it itself, by classes that were generated at build time; data binding is asked for
 * the rest, and to say what is wrong with a text. Safe for all threads.
 */
public final class Models {
    static final StringPool STRINGS = new StringPool();
    private static final JsonFactory FACTORY = new JsonFactory();

    private Models() {}

    /**
     * Reads an object without its managed fields. Equal strings of different objects are mostly one.
     *
     * @throws JacksonException if the text is no JSON or does not fit the class
     */
    public static <T> T read(byte[] json, Class<T> type) {
        ModelType plain = ModelType.of(type);
        if (plain == null) return DataBinding.read(json, type);
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), Slim.of(json))) {
            return type.cast(new ModelReader(parser, STRINGS).read(plain));
        } catch (NotPlainException | JacksonException | IllegalArgumentException special) {
            return DataBinding.read(json, type);
        }
    }

    /**
     * The same of a version of an object whose last version was read before. What did not change is one in both models.
     *
     * @param before the bytes of the last version
     * @param last what was read from them; it is not changed
     * @throws JacksonException if the text is no JSON or does not fit the class
     */
    public static <T> T readAfter(byte[] json, Class<T> type, byte[] before, T last) {
        ModelType plain = ModelType.of(type);
        if (plain == null) return read(json, type);
        try {
            return type.cast(new SuccessorReader(FACTORY, STRINGS, json, before).read(plain, last));
        } catch (NotPlainException | JacksonException | IllegalArgumentException special) {
            return read(json, type);
        }
    }

    /**
     * Reads an object as a fresh tree.
     *
     * @throws JacksonException if the text is no JSON object
     */
    public static Map<String, Object> tree(byte[] json) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                Map<String, Object> tree = Untyped.object(parser, null);
                if (parser.nextToken() == null) return tree;
            }
        } catch (NotPlainException | JacksonException special) {
            return DataBinding.tree(json);
        }
        return DataBinding.tree(json);
    }

    /** Turns a model into a fresh tree as it would look on the wire. */
    public static Map<String, Object> treeOf(Object model) {
        ModelType plain = ModelType.of(model.getClass());
        if (plain == null) return DataBinding.treeOf(model);
        try {
            return ModelWriter.tree(model, plain);
        } catch (NotPlainException special) {
            return DataBinding.treeOf(model);
        }
    }

    /** Writes a tree, or a model, as compact JSON in UTF-8. */
    public static byte[] write(Object value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(500);
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            Untyped.write(value, generator);
        } catch (NotPlainException special) {
            return DataBinding.write(value);
        }
        return out.toByteArray();
    }
}
