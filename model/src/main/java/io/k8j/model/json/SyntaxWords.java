package io.k8j.model.json;

/** Finds the first fault of a JSON text and says it in the words upstream's decoder uses. */
final class SyntaxWords {
    private static final class Fault extends RuntimeException {
        private static final long serialVersionUID = 1;

        Fault(String message) {
            super(message, null, false, false);
        }
    }

    private final byte[] text;
    private int at;
    private int depth;

    private SyntaxWords(byte[] text) {
        this.text = text;
    }

    /** The words for the first fault; {@code otherwise} if upstream would find none. */
    static String explain(byte[] text, String otherwise) {
        SyntaxWords words = new SyntaxWords(text);
        try {
            words.value();
            words.skipSpace();
            if (words.at < text.length) throw words.fault("after top-level value");
            return otherwise;
        } catch (Fault fault) {
            return fault.getMessage();
        }
    }

    private void value() {
        skipSpace();
        int c = next();
        switch (c) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number(c);
            default -> throw back("looking for beginning of value");
        }
    }

    private void enter() {
        if (++depth > Json.MAX_DEPTH) throw new Fault("exceeded max depth");
    }

    private void object() {
        enter();
        skipSpace();
        if (peek() == '}') {
            at++;
            depth--;
            return;
        }
        while (true) {
            skipSpace();
            if (next() != '"') throw back("looking for beginning of object key string");
            string();
            skipSpace();
            if (next() != ':') throw back("after object key");
            value();
            skipSpace();
            int c = next();
            if (c == '}') break;
            if (c != ',') throw back("after object key:value pair");
        }
        depth--;
    }

    private void array() {
        enter();
        skipSpace();
        if (peek() == ']') {
            at++;
            depth--;
            return;
        }
        while (true) {
            value();
            skipSpace();
            int c = next();
            if (c == ']') break;
            if (c != ',') throw back("after array element");
        }
        depth--;
    }

    private void string() {
        while (true) {
            int c = next();
            if (c == '"') return;
            if (c < 0x20) throw back("in string literal");
            if (c == '\\') escape();
        }
    }

    private void escape() {
        int c = next();
        if (c == 'u') {
            for (int i = 0; i < 4; i++) {
                if (Character.digit(next(), 16) < 0) throw back("in \\u hexadecimal character escape");
            }
        } else if ("\"\\/bfnrt".indexOf(c) < 0) {
            throw back("in string escape code");
        }
    }

    private void literal(String word) {
        for (int i = 1; i < word.length(); i++) {
            if (next() != word.charAt(i)) {
                throw back("in literal " + word + " (expecting '" + word.charAt(i) + "')");
            }
        }
    }

    private void number(int first) {
        int c = first;
        if (c == '-') {
            c = next();
            if (!digit(c)) throw back("in numeric literal");
        }
        if (c != '0') digits();
        if (peek() == '.') {
            at++;
            if (!digit(next())) throw back("after decimal point in numeric literal");
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            int sign = next();
            if (sign == '+' || sign == '-') sign = next();
            if (!digit(sign)) throw back("in exponent of numeric literal");
            digits();
        }
    }

    private void digits() {
        while (digit(peek())) at++;
    }

    private static boolean digit(int c) {
        return c >= '0' && c <= '9';
    }

    private void skipSpace() {
        while (at < text.length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r')) at++;
    }

    private int peek() {
        return at < text.length ? text[at] & 0xff : -1;
    }

    private int next() {
        if (at >= text.length) throw new Fault("unexpected end of JSON input");
        return text[at++] & 0xff;
    }

    private Fault back(String where) {
        at--;
        return fault(where);
    }

    private Fault fault(String where) {
        return new Fault("invalid character " + quoted(text[at] & 0xff) + " " + where);
    }

    private static String quoted(int c) {
        return switch (c) {
            case '\'' -> "'\\''";
            case '"' -> "'\"'";
            case '\\' -> "'\\\\'";
            case '\n' -> "'\\n'";
            case '\r' -> "'\\r'";
            case '\t' -> "'\\t'";
            case '\b' -> "'\\b'";
            case '\f' -> "'\\f'";
            case 0x07 -> "'\\a'";
            case 0x0b -> "'\\v'";
            default -> {
                if (c < 0x20 || c == 0x7f) yield "'\\x%02x'".formatted(c);
                if (c >= 0x80 && c <= 0xa0 || c == 0xad) yield "'\\u%04x'".formatted(c);
                yield "'" + (char) c + "'";
            }
        };
    }
}
