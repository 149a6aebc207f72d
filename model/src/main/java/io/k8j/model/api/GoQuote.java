package io.k8j.model.api;

/** Quotes text as Go's {@code %q} does, because upstream's messages contain such text. */
public final class GoQuote {
    private GoQuote() {}

    /** The text in double quotes, with control characters and quotes escaped. */
    public static String quote(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(c -> append(out, c));
        return out.append('"').toString();
    }

    private static void append(StringBuilder out, int c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case 7 -> out.append("\\a");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case 11 -> out.append("\\v");
            default -> {
                if (c < 0x20 || c == 0x7f) {
                    out.append("\\x%02x".formatted(c));
                } else if (Character.isISOControl(c) || Character.getType(c) == Character.UNASSIGNED) {
                    out.append(c < 0x10000 ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c));
                } else {
                    out.appendCodePoint(c);
                }
            }
        }
    }
}
