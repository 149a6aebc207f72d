package io.k8j.model.yaml;

/** The text of a document being written: chooses quotes and folds long lines as upstream's emitter does. */
final class YamlText {
    private static final int WIDTH = 80;
    private static final int INDENT_MIN = 2;

    private final StringBuilder out = new StringBuilder();
    private int lineStart;

    void raw(String text) {
        out.append(text);
    }

    void newLine(int column) {
        out.append('\n');
        lineStart = out.length();
        out.repeat(' ', Math.max(0, column));
    }

    void endLine() {
        out.append('\n');
    }

    @Override
    public String toString() {
        return out.toString();
    }

    private int column() {
        return out.length() - lineStart;
    }

    /**
     * Writes a string.
     *
     * @param indent where continued lines start
     * @param value whether it is a value, which may be folded and take several lines, and not a key
     */
    void scalar(String text, int indent, boolean value) {
        boolean breaks = text.indexOf('\n') >= 0;
        if (breaks && value && literalAllowed(text)) {
            literal(text, Math.max(indent, INDENT_MIN));
        } else if (!singleAllowed(text) || breaks || Scalars.needsQuotes(text)) {
            doubleQuoted(text, indent, value);
        } else if (plainAllowed(text)) {
            folded(text, indent, value, false);
        } else {
            out.append('\'');
            folded(text, indent, value, true);
            out.append('\'');
        }
    }

    private void folded(String text, int indent, boolean mayFold, boolean quoted) {
        boolean afterSpace = false;
        int n = text.length();
        for (int i = 0; i < n; i++) {
            char c = text.charAt(i);
            if (c != ' ') {
                out.append(c);
                if (quoted && c == '\'') out.append(c);
                afterSpace = false;
                continue;
            }
            boolean inside = i > 0 && i < n - 1 && text.charAt(i + 1) != ' ';
            if (mayFold && !afterSpace && inside && column() > WIDTH) newLine(indent);
            else out.append(c);
            afterSpace = true;
        }
    }

    private void doubleQuoted(String text, int indent, boolean mayFold) {
        out.append('"');
        boolean afterSpace = false;
        int n = text.length();
        for (int i = 0; i < n; ) {
            int c = text.codePointAt(i);
            int next = i + Character.charCount(c);
            if (c == ' ' && mayFold && !afterSpace && i > 0 && i < n - 1 && column() > WIDTH) {
                newLine(indent);
                if (text.charAt(next) == ' ') out.append('\\');
            } else {
                escaped(c);
            }
            afterSpace = c == ' ';
            i = next;
        }
        out.append('"');
    }

    private void escaped(int c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case 0 -> out.append("\\0");
            case 7 -> out.append("\\a");
            case '\b' -> out.append("\\b");
            case 0x0b -> out.append("\\v");
            case '\f' -> out.append("\\f");
            case 0x1b -> out.append("\\e");
            case 0x85 -> out.append("\\N");
            case 0xa0 -> out.append("\\_");
            case 0x2028 -> out.append("\\L");
            case 0x2029 -> out.append("\\P");
            default -> {
                if (printable(c)) out.appendCodePoint(c);
                else if (c < 0x100) out.append("\\x%02X".formatted(c));
                else out.append(c < 0x10000 ? "\\u%04X".formatted(c) : "\\U%08X".formatted(c));
            }
        }
    }

    private void literal(String text, int indent) {
        out.append('|');
        char first = text.charAt(0);
        if (first == ' ' || first == '\n') out.append(INDENT_MIN);
        if (!text.endsWith("\n")) out.append('-');
        else if (text.equals("\n") || text.endsWith("\n\n")) out.append('+');
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            String line = text.substring(start, end < 0 ? text.length() : end);
            if (line.isEmpty()) newLine(0);
            else newLine(indent);
            out.append(line);
            if (end < 0) break;
            start = end + 1;
        }
    }

    private static boolean printable(int c) {
        return c >= 0x20 && c < 0x7f
                || c >= 0xa1 && c < 0xd800 && c != 0x2028 && c != 0x2029
                || c >= 0xe000 && c <= 0xfffd && c != 0xfeff
                || c >= 0x10000 && c <= 0x10ffff;
    }

    private static boolean singleAllowed(String text) {
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (!printable(c) && c != '\n') return false;
            i += Character.charCount(c);
        }
        return true;
    }

    /** A block keeps every character but cannot tell spaces at the ends of lines from none. */
    private static boolean literalAllowed(String text) {
        return singleAllowed(text.replace("\t", "")) && !text.contains(" \n") && !text.endsWith(" ");
    }

    private static boolean plainAllowed(String text) {
        int n = text.length();
        if (text.startsWith("---") || text.startsWith("...")) return false;
        if (text.charAt(0) == ' ' || text.charAt(n - 1) == ' ') return false;
        char first = text.charAt(0);
        if ("#,[]{}&*!|>'\"%@`".indexOf(first) >= 0) return false;
        boolean spaceNext = n == 1 || text.charAt(1) == ' ';
        if ((first == '?' || first == ':' || first == '-') && spaceNext) return false;
        for (int i = 1; i < n; i++) {
            char c = text.charAt(i);
            if (c == ':' && (i == n - 1 || text.charAt(i + 1) == ' ')) return false;
            if (c == '#' && text.charAt(i - 1) == ' ') return false;
        }
        return true;
    }
}
