package io.k8j.model.typed;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.k8j.model.json.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads a version of an object whose last version was read before. What is the same byte by byte is taken over from the
 * model of that one, so that it is neither read nor kept twice: a Pod that gets its node, or a condition, keeps its
 * containers and volumes.
 *
 * <p>Made for bytes that the server has written; gives up with {@link NotPlainException} on others. For one thread.
 */
final class SuccessorReader {
    private static final ModelType METADATA = ModelType.of(ObjectMeta.class);
    private static final byte[] MANAGED_FIELDS = "managedFields".getBytes(StandardCharsets.US_ASCII);
    private static final int DEPTH = 3; // the object, its spec, and what may be one object there

    private final JsonFactory factory;
    private final StringPool strings;
    private final byte[] json;
    private final byte[] old;
    private int at;
    private int oldAt; // a field's name in the last version, or the brace behind the last one

    SuccessorReader(JsonFactory factory, StringPool strings, byte[] json, byte[] old) {
        this.factory = factory;
        this.strings = strings;
        this.json = json;
        this.old = old;
    }

    /** @param last what was read from the last version's bytes; it is not changed */
    Object read(ModelType type, Object last) {
        Object model = object(type, last, 0);
        if (at != json.length) throw NotPlainException.INSTANCE;
        return model;
    }

    /** From the opening braces in both versions to behind the closing ones. */
    private Object object(ModelType type, Object last, int depth) {
        expect(json, at++, '{');
        expect(old, oldAt++, '{');
        Object model = type.access.create();
        if (byteAt(json, at) != '}') {
            while (true) {
                field(type, model, last, depth);
                byte next = byteAt(json, at);
                if (next == '}') break;
                expect(json, at++, ',');
            }
        }
        at++;
        while (byteAt(old, oldAt) != '}') oldAt = nextField(oldAt);
        oldAt++;
        return model;
    }

    private void field(ModelType type, Object model, Object last, int depth) {
        int name = at + 1;
        expect(json, at, '"');
        int value = JsonBytes.afterString(json, at) + 1;
        if (value <= 0) throw NotPlainException.INSTANCE;
        expect(json, value - 1, ':');
        at = value;
        if (type == METADATA && Arrays.equals(json, name, value - 2, MANAGED_FIELDS, 0, MANAGED_FIELDS.length)) {
            at = end(json, value);
            return;
        }
        int place = type.place(new String(json, name, value - name - 2, StandardCharsets.UTF_8));
        if (place < 0) throw NotPlainException.INSTANCE;
        int known = find(name, value - name);
        type.access.set(
                model, place, known < 0 ? parsed(type.shapes[place]) : changed(type, place, last, known, depth));
    }

    /** Where the field's value begins in the last version, to which that is moved; negative if there is no such field. */
    private int find(int name, int length) {
        for (int field = oldAt; byteAt(old, field) != '}'; field = nextField(field)) {
            int value = field + 1 + length;
            if (value < old.length && Arrays.equals(json, name, name + length, old, field + 1, value)) {
                oldAt = field;
                return value;
            }
        }
        return -1;
    }

    /** A field that both versions have. */
    private Object changed(ModelType type, int place, Object last, int known, int depth) {
        ModelShape shape = type.shapes[place];
        boolean inner = shape.form == 'm' && byteAt(json, at) == '{' && byteAt(old, known) == '{';
        Object before = type.access.get(last, place);
        boolean differs = inner && shape.type() == METADATA; // by its resourceVersion
        if (!differs) {
            int end = end(json, at);
            int same = Arrays.mismatch(json, at, json.length, old, known, old.length);
            if (same < 0 || same > end - at) { // also the byte behind it: 1 is not the beginning of 12
                oldAt = behind(known + end - at);
                at = end;
                return before;
            }
        }
        if (inner && before != null && depth < DEPTH) {
            oldAt = known;
            Object model = object(shape.type(), before, depth + 1);
            oldAt = behind(oldAt);
            return model;
        }
        oldAt = behind(end(old, known));
        return parsed(shape);
    }

    private Object parsed(ModelShape shape) {
        int begin = at;
        at = end(json, begin);
        if (json[begin] == '"' && (shape.form == 's' || shape.form == 't')) {
            int escape = begin;
            while (escape < at && json[escape] != '\\') escape++;
            if (escape == at) return text(shape, new String(json, begin + 1, at - begin - 2, StandardCharsets.UTF_8));
        }
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), json, begin, at - begin)) {
            return new ModelReader(parser, strings).value(parser.nextToken(), shape);
        }
    }

    private Object text(ModelShape shape, String text) {
        return shape.form == 's' ? strings.share(text) : new io.fabric8.kubernetes.api.model.MicroTime(text);
    }

    /** The next field of the last version's object, or its end, from one of its fields. */
    private int nextField(int field) {
        expect(old, field, '"');
        int value = JsonBytes.afterString(old, field) + 1;
        if (value <= 0) throw NotPlainException.INSTANCE;
        return behind(end(old, value));
    }

    /** From the end of a value in the last version to the next field or the closing brace. */
    private int behind(int end) {
        return byteAt(old, end) == ',' ? end + 1 : end;
    }

    private static int end(byte[] in, int value) {
        int end = JsonBytes.afterValue(in, value);
        if (end < 0) throw NotPlainException.INSTANCE;
        return end;
    }

    private static byte byteAt(byte[] in, int place) {
        if (place >= in.length) throw NotPlainException.INSTANCE;
        return in[place];
    }

    private static void expect(byte[] in, int place, char wanted) {
        if (byteAt(in, place) != wanted) throw NotPlainException.INSTANCE;
    }
}
