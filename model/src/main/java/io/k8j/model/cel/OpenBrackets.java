package io.k8j.model.cel;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Tells which token an expression needs next if it may not go on: what closes the innermost thing that is open there.
 * Upstream's parser names that one alone, ours all that might have gone before it. Pure.
 */
final class OpenBrackets {
    private final String text;
    private final int end;
    private final Deque<Character> open = new ArrayDeque<>();
    private int at;
    private char before = ' ';

    private OpenBrackets(String text, int end) {
        this.text = text;
        this.end = Math.min(end, text.length());
    }

    /** The token as messages spell it. */
    static String closing(String text, int end) {
        return new OpenBrackets(text, end).find();
    }

    private String find() {
        while (at < end) {
            char c = text.charAt(at);
            if (c == '"' || c == '\'') {
                literal(c);
                before = c;
                continue;
            }
            if (c == '/' && text.startsWith("//", at)) {
                int line = text.indexOf('\n', at);
                at = line < 0 ? end : line;
                continue;
            }
            step(c);
            if (!Character.isWhitespace(c)) before = c;
            at++;
        }
        return switch (open.isEmpty() ? ' ' : open.peek()) {
            case '(' -> "')'";
            case '[' -> "']'";
            case '?', '{' -> "':'";
            case ':' -> "'}'";
            default -> "<EOF>";
        };
    }

    private void step(char c) {
        switch (c) {
            case '(', '[', '{' -> open.push(c);
            case ')', ']', '}' -> close();
            case '?' -> {
                if (".[{,".indexOf(before) < 0) open.push('?');
            }
            case ':' -> {
                if (open.isEmpty()) return;
                char top = open.peek();
                if (top == '?') open.pop();
                if (top == '{') replace(':'); // a value follows its key
            }
            case ',' -> {
                if (!open.isEmpty() && open.peek() == ':') replace('{');
            }
            default -> {}
        }
    }

    private void replace(char top) {
        open.pop();
        open.push(top);
    }

    private void close() {
        while (!open.isEmpty() && open.peek() == '?') open.pop();
        if (!open.isEmpty()) open.pop();
    }

    private void literal(char quote) {
        boolean raw = before == 'r' || before == 'R';
        String mark = String.valueOf(quote);
        if (text.startsWith(mark.repeat(3), at)) mark = mark.repeat(3);
        at += mark.length();
        while (at < end && !text.startsWith(mark, at)) at += !raw && text.charAt(at) == '\\' ? 2 : 1;
        at += mark.length();
    }
}
