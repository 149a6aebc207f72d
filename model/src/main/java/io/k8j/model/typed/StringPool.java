package io.k8j.model.typed;

/**
 * Makes equal strings mostly one: a hundred thousand Pods say {@code Always} and {@code ClusterFirst} in one piece of
 * memory each. Safe for all threads; a lost race costs a copy.
 */
public final class StringPool {
    private static final int PLACES = 1 << 13;
    private static final int LONGEST = 100;

    private final String[] known = new String[PLACES];

    /** An equal string, maybe one that came before. */
    public String share(String text) {
        if (text.length() > LONGEST) {
            return text;
        }
        int hash = text.hashCode();
        int place = (hash ^ hash >>> 15) & PLACES - 1;
        String before = known[place];
        if (text.equals(before)) {
            return before;
        }
        known[place] = text;
        return text;
    }
}
