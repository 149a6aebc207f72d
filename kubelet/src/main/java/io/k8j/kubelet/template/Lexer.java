package io.k8j.kubelet.template;

import io.k8j.kubelet.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Cuts a template into tokens. Used by one thread. */
final class Lexer {
    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;

    private Lexer(String text) {
        this.text = text;
    }

    static List<Token> tokens(String text) {
        Lexer lexer = new Lexer(text);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        boolean trim = false;
        while (at < text.length()) {
            int open = text.indexOf("{{", at);
            String piece = text.substring(at, open < 0 ? text.length() : open);
            boolean trimNext = open >= 0 && text.startsWith("{{-", open) && isSpaceAt(open + 3);
            addText(piece, trim, trimNext);
            if (open < 0) break;
            at = open + (trimNext ? 3 : 2);
            trim = action();
        }
        add(Kind.END, "");
    }

    private void addText(String piece, boolean trimStart, boolean trimEnd) {
        String shown = trimStart ? piece.stripLeading() : piece;
        if (trimEnd) shown = shown.stripTrailing();
        if (!shown.isEmpty()) add(Kind.TEXT, shown);
        line += (int) piece.chars().filter(c -> c == '\n').count();
    }

    private boolean isSpaceAt(int index) {
        return index < text.length() && Character.isWhitespace(text.charAt(index));
    }

    private void add(Kind kind, String value) {
        tokens.add(new Token(kind, value, line));
    }

    private TemplateException fault(String message) {
        return new TemplateException(line, message);
    }

    /** Reads to the end of an action; true if what follows loses its leading space. */
    private boolean action() {
        if (text.startsWith("/*", at) || (isSpaceAt(at) && text.startsWith("/*", firstNonSpace()))) {
            return comment();
        }
        while (true) {
            if (at >= text.length()) throw fault("unclosed action");
            if (text.startsWith("}}", at)) {
                at += 2;
                add(Kind.CLOSE, "}}");
                return false;
            }
            if (Character.isWhitespace(text.charAt(at))) {
                int end = firstNonSpace();
                if (text.startsWith("-}}", end)) {
                    countLines(at, end);
                    at = end + 3;
                    add(Kind.CLOSE, "}}");
                    return true;
                }
                add(Kind.SPACE, " ");
                countLines(at, end);
                at = end;
            } else {
                token();
            }
        }
    }

    private void countLines(int from, int to) {
        for (int i = from; i < to; i++) if (text.charAt(i) == '\n') line++;
    }

    private int firstNonSpace() {
        int end = at;
        while (isSpaceAt(end)) end++;
        return end;
    }

    private boolean comment() {
        int end = text.indexOf("*/", at);
        if (end < 0) throw fault("unclosed comment");
        countLines(at, end);
        at = end + 2;
        boolean trim = isSpaceAt(at) && text.startsWith("-}}", firstNonSpace());
        at = trim ? firstNonSpace() + 3 : at + 2;
        if (!text.startsWith("}}", at - 2)) throw fault("comment ends before closing delimiter");
        return trim;
    }

    private void token() {
        char c = text.charAt(at);
        if (c == '"') add(Kind.STRING, quoted());
        else if (c == '`') add(Kind.STRING, raw());
        else if (c == '$') add(Kind.VARIABLE, word(1));
        else if (c == '.' && at + 1 < text.length() && isWordStart(text.charAt(at + 1)))
            add(Kind.FIELD, word(1).substring(1));
        else if (c == '.' && !(at + 1 < text.length() && Character.isDigit(text.charAt(at + 1)))) sign(Kind.DOT, ".");
        else if (Character.isDigit(c) || c == '-' || c == '+' || c == '.') add(Kind.NUMBER, number());
        else if (isWordStart(c)) add(Kind.WORD, word(0));
        else if (text.startsWith(":=", at)) sign(Kind.SIGN, ":=");
        else if ("=|(),".indexOf(c) >= 0) sign(Kind.SIGN, String.valueOf(c));
        else throw fault("unexpected %s in command".formatted(io.k8j.model.validation.GoText.quote("" + c)));
    }

    private void sign(Kind kind, String sign) {
        add(kind, sign);
        at += sign.length();
    }

    private static boolean isWordStart(char c) {
        return c == '_' || Character.isLetter(c);
    }

    private String word(int skip) {
        int end = at + skip;
        while (end < text.length() && (isWordStart(text.charAt(end)) || Character.isDigit(text.charAt(end)))) end++;
        String word = text.substring(at, end);
        at = end;
        return word;
    }

    private String number() {
        int end = at + 1;
        while (end < text.length() && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '.')) end++;
        String number = text.substring(at, end);
        at = end;
        return number;
    }

    private String raw() {
        int end = text.indexOf('`', at + 1);
        if (end < 0) throw fault("unterminated raw quoted string");
        String value = text.substring(at + 1, end);
        countLines(at, end);
        at = end + 1;
        return value;
    }

    private String quoted() {
        StringBuilder value = new StringBuilder();
        for (int i = at + 1; i < text.length() && text.charAt(i) != '\n'; i++) {
            char c = text.charAt(i);
            if (c == '"') {
                at = i + 1;
                return value.toString();
            }
            if (c == '\\' && i + 1 < text.length()) {
                c = switch (text.charAt(++i)) {
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    case 'r' -> '\r';
                    case '"' -> '"';
                    case '\\' -> '\\';
                    default -> throw fault("bad escape in quoted string");
                };
            }
            value.append(c);
        }
        throw fault("unterminated quoted string");
    }
}
