package io.k8j.model.json;

/** Finds where values end in JSON that {@link Json#write} has written, without parsing them. Pure. */
public final class JsonBytes {
    private JsonBytes() {}

    /** The place behind the value that begins at {@code at}; -1 if it does not end. */
    public static int afterValue(byte[] json, int at) {
        int depth = 0;
        int i = at;
        while (i < json.length) {
            switch (json[i]) {
                case '"' -> {
                    i = afterString(json, i);
                    if (depth == 0 || i < 0) return i;
                }
                case '{', '[' -> {
                    depth++;
                    i++;
                }
                case '}', ']' -> {
                    if (depth == 0) return i; // the end of a number or word before it
                    i++;
                    if (--depth == 0) return i;
                }
                case ',' -> {
                    if (depth == 0) return i;
                    i++;
                }
                default -> i++;
            }
        }
        return -1;
    }

    /** The place behind the string whose opening quote is at {@code at}; -1 if it does not end. */
    public static int afterString(byte[] json, int at) {
        int i = at + 1;
        while (i < json.length) {
            if (json[i] == '"') return i + 1;
            i += json[i] == '\\' ? 2 : 1;
        }
        return -1;
    }
}
