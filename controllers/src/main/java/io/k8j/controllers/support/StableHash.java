package io.k8j.controllers.support;

import io.k8j.model.api.ApiObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Short hashes of specs for names and labels: the same content gives the same text in every process and release. */
public final class StableHash {
    private static final String SAFE = "bcdfghjklmnpqrstvwxz2456789"; // no vowels, so no words

    private StableHash() {}

    /** @param collisions mixed in, so that two contents with one hash get different names; null or 0 is nothing */
    public static String of(Object model, Integer collisions) {
        String json = canonical(model);
        int hash = fnv1(0x811c9dc5, json.getBytes(StandardCharsets.UTF_8));
        if (collisions != null && collisions > 0) {
            hash = fnv1(hash, Integer.toString(collisions).getBytes(StandardCharsets.UTF_8));
        }
        return safe(hash);
    }

    /** Of a text, by FNV-1a. */
    public static String ofText(String text) {
        int hash = 0x811c9dc5;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash ^= b & 0xff;
            hash *= 0x01000193;
        }
        return safe(hash);
    }

    private static String safe(int hash) {
        String digits = Integer.toUnsignedString(hash);
        StringBuilder text = new StringBuilder(digits.length());
        digits.chars().forEach(digit -> text.append(SAFE.charAt(digit % SAFE.length())));
        return text.toString();
    }

    /** JSON with sorted keys. */
    public static String canonical(Object model) {
        return ApiObject.writeJson(sorted(ApiObject.treeOf(model)));
    }

    /** A number of 32 bits for other uses, such as the spreading of keys. */
    public static int number(String text) {
        return fnv1(0x811c9dc5, text.getBytes(StandardCharsets.UTF_8));
    }

    private static int fnv1(int start, byte[] bytes) {
        int hash = start;
        for (byte b : bytes) {
            hash *= 0x01000193;
            hash ^= b & 0xff;
        }
        return hash;
    }

    private static Object sorted(Object tree) {
        if (tree instanceof Map<?, ?> map) {
            TreeMap<String, Object> sorted = new TreeMap<>();
            map.forEach((key, value) -> sorted.put(String.valueOf(key), sorted(value)));
            return sorted;
        }
        if (tree instanceof List<?> list) {
            return list.stream().map(StableHash::sorted).toList();
        }
        return tree;
    }
}
