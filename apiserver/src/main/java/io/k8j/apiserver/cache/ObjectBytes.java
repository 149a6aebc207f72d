package io.k8j.apiserver.cache;

import io.k8j.apiserver.meta.MetadataFields;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The one encoding of an object: apiVersion and kind, then metadata with its identifying fields first, then the rest.
 *
 * <p>Built-in kinds begin with {@code {"kind":…,"apiVersion":…,}} so that list items, which upstream writes without
 * these two, are a suffix of the same bytes ({@link #itemOffset}).
 */
public final class ObjectBytes {
    private static final byte[] MARK = "\"resourceVersion\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] METADATA = "\"metadata\":{".getBytes(StandardCharsets.US_ASCII);
    private static final List<String> METADATA_ORDER = MetadataFields.without("selfLink");

    private final byte[] bytes;
    private final int gap;
    private final Map<String, Object> tree; // what encode has made them of; null if they come from elsewhere

    private ObjectBytes(byte[] bytes, int gap, Map<String, Object> tree) {
        this.bytes = bytes;
        this.gap = gap;
        this.tree = tree;
    }

    /** Encodes a tree with room for the resourceVersion, which is not known yet. The tree is not changed. */
    public static ObjectBytes encode(Map<String, Object> tree, boolean kindFirst) {
        Map<String, Object> ordered = LinkedHashMap.newLinkedHashMap(tree.size());
        if (kindFirst) {
            ordered.put("kind", tree.get("kind"));
            ordered.put("apiVersion", tree.get("apiVersion"));
        } else {
            ordered.put("apiVersion", tree.get("apiVersion"));
            ordered.put("kind", tree.get("kind"));
        }
        ordered.put("metadata", metadata(tree));
        for (Map.Entry<String, Object> e : tree.entrySet()) ordered.putIfAbsent(e.getKey(), e.getValue());
        byte[] json = Json.write(ordered);
        return new ObjectBytes(json, find(json, MARK, 0) + MARK.length, ordered);
    }

    /** The same object as in encoded bytes, with room for another resourceVersion. */
    public static ObjectBytes again(byte[] json) {
        int start = find(json, MARK, 0) + MARK.length;
        int end = start;
        while (json[end] != '"') end++;
        byte[] open = new byte[json.length - (end - start)];
        System.arraycopy(json, 0, open, 0, start);
        System.arraycopy(json, end, open, start, json.length - end);
        return new ObjectBytes(open, start, null);
    }

    /** The complete bytes. */
    public byte[] at(long revision) {
        byte[] digits = Long.toString(revision).getBytes(StandardCharsets.US_ASCII);
        byte[] out = new byte[bytes.length + digits.length];
        System.arraycopy(bytes, 0, out, 0, gap);
        System.arraycopy(digits, 0, out, gap, digits.length);
        System.arraycopy(bytes, gap, out, gap + digits.length, bytes.length - gap);
        return out;
    }

    /** The object at a revision. */
    public ApiObject objectAt(long revision) {
        if (tree == null) return ApiObject.ofJson(at(revision));
        ApiObject object = ApiObject.ofOrderedJson(at(revision), tree, Long.toString(revision));
        if (tree.get("spec") instanceof SharedSpec spec) spec.liken(object);
        return object;
    }

    /** How many bytes the object has, without the revision's digits. */
    public int length() {
        return bytes.length;
    }

    /** Replaces the resourceVersion in encoded bytes. */
    public static byte[] withResourceVersion(byte[] json, long revision) {
        int start = find(json, MARK, 0) + MARK.length;
        int end = start;
        while (json[end] != '"') end++;
        byte[] digits = Long.toString(revision).getBytes(StandardCharsets.US_ASCII);
        byte[] out = new byte[json.length - (end - start) + digits.length];
        System.arraycopy(json, 0, out, 0, start);
        System.arraycopy(digits, 0, out, start, digits.length);
        System.arraycopy(json, end, out, start + digits.length, json.length - end);
        return out;
    }

    /**
     * Where a list item begins: at the metadata, if the bytes begin as {@code encode} writes built-in kinds. The item
     * is then an opening brace and the bytes from here on. 0 if the bytes are to be written as they are.
     */
    public static int itemOffset(byte[] json) {
        if (json.length < 8 || json[2] != 'k') return 0;
        int at = find(json, METADATA, 0);
        return Math.max(at, 0);
    }

    // Only names that cannot hold a bare quote come before it, so the first match is metadata's own.
    private static int find(byte[] in, byte[] what, int from) {
        outer:
        for (int i = from; i <= in.length - what.length; i++) {
            for (int j = 0; j < what.length; j++) {
                if (in[i + j] != what[j]) continue outer;
            }
            return i;
        }
        return -1;
    }

    private static Map<String, Object> metadata(Map<String, Object> tree) {
        Map<?, ?> from = tree.get("metadata") instanceof Map<?, ?> m ? m : Map.of();
        Map<String, Object> ordered = LinkedHashMap.newLinkedHashMap(from.size() + 1);
        for (String field : METADATA_ORDER) {
            if (field.equals("resourceVersion")) ordered.put(field, "");
            else if (from.get(field) != null) ordered.put(field, from.get(field));
        }
        for (Map.Entry<?, ?> e : from.entrySet()) ordered.putIfAbsent((String) e.getKey(), e.getValue());
        return ordered;
    }
}
