package io.k8j.store;

import java.util.Comparator;

/** Orders keys by their UTF-8 bytes, which is by code point; strings compare by UTF-16 unit, which differs above U+D7FF. */
enum KeyOrder implements Comparator<String> {
    INSTANCE;

    @Override
    public int compare(String a, String b) {
        int end = Math.min(a.length(), b.length());
        for (int i = 0; i < end; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                return rank(x) - rank(y);
            }
        }
        return a.length() - b.length();
    }

    /** Surrogates, the halves of the highest code points, go behind all other units. */
    private static int rank(char unit) {
        return Character.isSurrogate(unit) ? unit + 0x10000 : unit;
    }

    /** Returns the key, or throws if it cannot be one. */
    static String check(String key) {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("key is empty");
        }
        for (int i = 0; i < key.length(); i++) {
            if (Character.isSurrogate(key.charAt(i))) {
                boolean pair = i + 1 < key.length() && Character.isSurrogatePair(key.charAt(i), key.charAt(i + 1));
                if (!pair) {
                    throw new IllegalArgumentException("key has half a surrogate pair at " + i);
                }
                i++;
            }
        }
        return key;
    }
}
