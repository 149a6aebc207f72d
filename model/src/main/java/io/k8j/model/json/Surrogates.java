package io.k8j.model.json;

/** Halves of surrogate pairs, which JSON can escape and UTF-8 cannot carry. Upstream's decoder puts U+FFFD in their place. */
final class Surrogates {
    private static final int ESCAPE = 6; // characters of an escape with backslash and u
    private static final byte[] REPLACEMENT = {'f', 'f', 'f', 'd'};

    private Surrogates() {}

    /** The JSON text with each escaped half replaced; the same instance if there is none, as in nearly every text. */
    static byte[] whole(byte[] text) {
        byte[] mended = null;
        for (int i = 0; i + ESCAPE <= text.length; i++) {
            if (text[i] != '\\') continue;
            int kind = kind(text, i);
            if (kind == 'h' && kind(text, i + ESCAPE) == 'l') {
                i += 2 * ESCAPE - 1;
            } else if (kind != 0) {
                if (mended == null) mended = text.clone();
                System.arraycopy(REPLACEMENT, 0, mended, i + 2, REPLACEMENT.length);
                i += ESCAPE - 1;
            } else {
                i++; // whatever is escaped is no beginning of an escape
            }
        }
        return mended == null ? text : mended;
    }

    /** What is escaped here: {@code h} for a high half, {@code l} for a low one, 0 for anything else. */
    private static int kind(byte[] text, int at) {
        if (at + ESCAPE > text.length || text[at] != '\\' || text[at + 1] != 'u' || (text[at + 2] | 0x20) != 'd')
            return 0;
        int second = Character.digit(text[at + 3], 16);
        boolean digits = Character.digit(text[at + 4], 16) >= 0 && Character.digit(text[at + 5], 16) >= 0;
        if (!digits || second < 8) return 0;
        return second < 12 ? 'h' : 'l';
    }
}
