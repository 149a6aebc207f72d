package io.k8j.model.patch;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.patch.PatchException.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A list of operations on a document. Immutable, may be applied any number of times.
 *
 * <p>As upstream's library, and unlike the RFC, a negative index counts from the end of a list, {@code replace} and
 * {@code copy} also take members that do not exist, a missing value is null, and numbers are compared as they are written.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6902">RFC 6902</a>
 */
public final class JsonPatch {
    /** Operations that one patch may have. */
    public static final int MAX_OPERATIONS = 10_000;

    /** Bytes that the {@code copy} operations of one patch may add. */
    private static final long MAX_COPIED_BYTES = 3L * 1024 * 1024;

    private record Operation(String op, String path, String from, Object value) {}

    private final List<Operation> operations;

    private JsonPatch(List<Operation> operations) {
        this.operations = operations;
    }

    /**
     * Reads a patch.
     *
     * @param tree the patch as a tree
     * @throws PatchException of kind BAD_REQUEST if the tree is no list of maps with string fields, or of kind TOO_LARGE
     *     if it has more than {@link #MAX_OPERATIONS}
     */
    public static JsonPatch parse(Object tree) {
        if (tree == null) return new JsonPatch(List.of()); // Go reads null into any list
        if (!(tree instanceof List<?> list)) {
            throw bad("json: cannot unmarshal " + typeWord(tree) + " into Go value of type jsonpatch.Patch");
        }
        if (list.size() > MAX_OPERATIONS) {
            throw new PatchException(
                    Kind.TOO_LARGE,
                    "The allowed maximum operations in a JSON patch is " + MAX_OPERATIONS + ", got " + list.size());
        }
        List<Operation> operations = new ArrayList<>(list.size());
        for (Object item : list) {
            if (!(item instanceof Map<?, ?> map)) {
                throw bad("json: cannot unmarshal " + typeWord(item) + " into Go value of type jsonpatch.Operation");
            }
            operations.add(new Operation(text(map, "op"), text(map, "path"), text(map, "from"), map.get("value")));
        }
        return new JsonPatch(List.copyOf(operations));
    }

    /**
     * Checks a patch as upstream does before it reads it, unless the client asked not to validate fields.
     *
     * @throws PatchException of kind BAD_REQUEST if the tree is no list of maps with string fields
     */
    public static void checkShape(Object tree) {
        if (tree == null) return;
        if (!(tree instanceof List<?> list)) {
            throw misfit(typeWord(tree), "value of type []handlers.jsonPatchOp");
        }
        for (Object item : list) {
            if (item == null) continue;
            if (!(item instanceof Map<?, ?> map)) {
                throw misfit(typeWord(item), "value of type handlers.jsonPatchOp");
            }
            map.forEach((field, value) -> {
                boolean text = field.equals("op") || field.equals("path") || field.equals("from");
                if (text && value != null && !(value instanceof String)) {
                    throw misfit(typeWord(value), "struct field jsonPatchOp." + field + " of type string");
                }
            });
        }
    }

    private static PatchException misfit(String what, String where) {
        return bad("error decoding patch: json: cannot unmarshal " + what + " into Go " + where);
    }

    /** Upstream's strict words for fields of operations that have no meaning: {@code unknown field "[0].foo"}. */
    public static List<String> unknownFields(Object tree) {
        List<String> found = new ArrayList<>(0);
        if (!(tree instanceof List<?> list)) return found;
        List<String> known = List.of("op", "path", "from", "value");
        for (int i = 0; i < list.size(); i++) {
            for (String key : Trees.map(list.get(i)).keySet()) {
                if (!known.contains(key)) found.add("unknown field \"[" + i + "]." + key + "\"");
            }
        }
        return found;
    }

    /** What is no text counts as absent. */
    private static String text(Map<?, ?> operation, String field) {
        return operation.get(field) instanceof String text ? text : null;
    }

    private static String typeWord(Object value) {
        return switch (value) {
            case null -> "null";
            case String _ -> "string";
            case Number _ -> "number";
            case Boolean _ -> "bool";
            case List<?> _ -> "array";
            default -> "object";
        };
    }

    /**
     * Applies all operations in order to a copy of the document.
     *
     * @throws PatchException of kind UNPROCESSABLE at the first operation that cannot be applied or whose test fails
     */
    public Map<String, Object> apply(Map<String, Object> document) {
        Map<String, Object> result = Trees.deepCopy(document);
        long copied = 0;
        for (Operation operation : operations) {
            switch (operation.op() == null ? "unknown" : operation.op()) {
                case "add" -> place(result, "add", operation).add(value(operation));
                case "remove" -> place(result, "remove", operation).remove();
                case "replace" -> {
                    if ("".equals(operation.path())) result = document(operation);
                    else place(result, "replace", operation).replace(value(operation));
                }
                case "test" -> test(result, operation);
                case "move" -> {
                    Object moved = source(result, "move", operation).remove();
                    place(result, "move", operation).add(moved);
                }
                case "copy" -> {
                    Object value = source(result, "copy", operation).peek();
                    copied += Json.write(value).length;
                    if (copied > MAX_COPIED_BYTES) {
                        throw failed("Unable to complete the copy, the accumulated size increase of copy is " + copied
                                + ", exceeding the limit " + MAX_COPIED_BYTES);
                    }
                    place(result, "copy", operation).add(Trees.deepCopy(value));
                }
                default -> throw failed("Unexpected kind: " + (operation.op() == null ? "unknown" : operation.op()));
            }
        }
        if (deeperThan(result, Json.MAX_DEPTH)) throw failed("exceeded max depth");
        return result;
    }

    private static boolean deeperThan(Object tree, int limit) {
        if (limit < 0) return true;
        Iterable<?> inner = switch (tree) {
            case Map<?, ?> map -> map.values();
            case List<?> list -> list;
            case null, default -> List.of();
        };
        for (Object value : inner) {
            if (deeperThan(value, limit - 1)) return true;
        }
        return false;
    }

    private static Object value(Operation operation) {
        return Trees.deepCopy(operation.value());
    }

    /** The whole document anew. */
    private static Map<String, Object> document(Operation operation) {
        return switch (operation.value()) {
            case Map<?, ?> map -> Trees.deepCopy(Trees.asMap(map));
            case List<?> _ -> throw failed("replace operation value must be an object");
            case null -> throw failed("replace operation: missing value");
            default -> throw failed("replace operation hit unsupported value");
        };
    }

    private static void test(Map<String, Object> document, Operation operation) {
        Object found = "".equals(operation.path())
                ? document
                : place(document, "test", operation).peek();
        if (!same(found, operation.value())) {
            throw failed("testing value " + operation.path() + " failed: test failed");
        }
    }

    /** Equal as upstream compares: a whole number is never equal to one with a fraction or exponent. */
    private static boolean same(Object found, Object wanted) {
        if (found instanceof Map<?, ?> a && wanted instanceof Map<?, ?> b) {
            if (a.size() != b.size()) return false;
            return a.entrySet().stream()
                    .allMatch(e -> b.containsKey(e.getKey()) && same(e.getValue(), b.get(e.getKey())));
        }
        if (found instanceof List<?> a && wanted instanceof List<?> b) {
            if (a.size() != b.size()) return false;
            for (int i = 0; i < a.size(); i++) {
                if (!same(a.get(i), b.get(i))) return false;
            }
            return true;
        }
        return isWhole(found) == isWhole(wanted) && Trees.deepEquals(found, wanted);
    }

    private static boolean isWhole(Object value) {
        return value instanceof Long || value instanceof Integer || value instanceof BigInteger;
    }

    private static JsonPointer place(Map<String, Object> document, String op, Operation operation) {
        if (operation.path() == null) throw failed(op + " operation failed to decode path: missing value");
        return JsonPointer.resolve(document, operation.path(), op);
    }

    private static JsonPointer source(Map<String, Object> document, String op, Operation operation) {
        if (operation.from() == null) throw failed(op + " operation failed to decode from: missing value");
        return JsonPointer.resolve(document, operation.from(), op);
    }

    static PatchException failed(String message) {
        return new PatchException(Kind.UNPROCESSABLE, message);
    }

    private static PatchException bad(String message) {
        return new PatchException(Kind.BAD_REQUEST, message);
    }
}
