package io.k8j.model.patch;

import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;

/**
 * A place in a document that is being patched: a container and a key or index in it.
 *
 * @param container a map or list of the document
 * @param key last step of the path, unescaped
 * @param path the whole path, for messages
 * @param op operation that asks, for messages
 */
record JsonPointer(Object container, String key, String path, String op) {
    static JsonPointer resolve(Map<String, Object> document, String path, String op) {
        String[] steps = path.split("/", -1);
        if (steps.length < 2) throw missingPath(path, op);
        Object at = document;
        for (int i = 1; i < steps.length - 1; i++) {
            at = child(at, unescape(steps[i]));
            if (!(at instanceof Map) && !(at instanceof List)) throw missingPath(path, op);
        }
        return new JsonPointer(at, unescape(steps[steps.length - 1]), path, op);
    }

    private static Object child(Object container, String step) {
        if (container instanceof Map<?, ?> map) return map.get(step);
        List<?> list = (List<?>) container;
        int index = index(step, list.size());
        return index < 0 || index >= list.size() ? null : list.get(index);
    }

    private static String unescape(String step) {
        return step.indexOf('~') < 0 ? step : step.replace("~1", "/").replace("~0", "~");
    }

    /** A list index, counted from the end if negative; -1 if it is none. */
    private static int index(String step, int size) {
        try {
            int index = Integer.parseInt(step);
            if (index >= 0) return index;
            return index < -size ? -1 : index + size;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    boolean exists() {
        if (container instanceof Map<?, ?> map) return map.containsKey(key);
        int size = ((List<?>) container).size();
        int index = index(key, size);
        return index >= 0 && index < size;
    }

    /** The value there; null for a member that does not exist. A list has no such places. */
    Object peek() {
        if (container instanceof List && !exists()) throw badIndex();
        return child(container, key);
    }

    void add(Object value) {
        if (container instanceof Map<?, ?> map) {
            Trees.asMap(map).put(key, value);
            return;
        }
        List<Object> list = Trees.asList((List<?>) container);
        int index = key.equals("-") ? list.size() : index(key, list.size() + 1);
        if (index < 0 || index > list.size()) throw badIndex();
        list.add(index, value);
    }

    void replace(Object value) {
        if (container instanceof List && !exists()) {
            throw JsonPatch.failed("replace operation does not apply: doc is missing key: " + path + ": missing value");
        }
        if (container instanceof Map<?, ?> map) {
            Trees.asMap(map).put(key, value);
        } else {
            List<Object> list = Trees.asList((List<?>) container);
            list.set(index(key, list.size()), value);
        }
    }

    Object remove() {
        requireExisting();
        if (container instanceof Map<?, ?> map) return map.remove(key);
        List<?> list = (List<?>) container;
        return list.remove(index(key, list.size()));
    }

    private void requireExisting() {
        if (exists()) return;
        if (container instanceof List) throw badIndex();
        throw JsonPatch.failed("error in " + op + " for path: '" + path + "': Unable to remove nonexistent key: " + key
                + ": missing value");
    }

    private PatchException badIndex() {
        return JsonPatch.failed("error in " + op + " for path: '" + path + "': Unable to access invalid index: " + key
                + ": invalid index referenced");
    }

    private static PatchException missingPath(String path, String op) {
        return JsonPatch.failed(op + " operation does not apply: doc is missing path: \"" + path + "\": missing value");
    }
}
