package io.k8j.scheduler.cases;

import java.util.ArrayList;
import java.util.List;

/** Splits the short forms in which cases are written down. */
final class Words {
    private Words() {}

    /** What lies between blanks that are in no parentheses. */
    static List<String> of(String text) {
        return split(text, ' ');
    }

    /** What lies between separators that are in no parentheses, without blanks around it; nothing of an empty text. */
    static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : separator;
            if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            } else if (c == separator && depth == 0) {
                String part = text.substring(from, i).strip();
                if (!part.isEmpty()) {
                    parts.add(part);
                }
                from = i + 1;
            }
        }
        if (depth != 0) {
            throw new IllegalArgumentException("parentheses of: " + text);
        }
        return parts;
    }

    /** What stands before the first mark; all if there is none. */
    static String before(String text, char mark) {
        int at = text.indexOf(mark);
        return at < 0 ? text : text.substring(0, at);
    }

    /** What stands behind the first mark; empty if there is none. */
    static String after(String text, char mark) {
        int at = text.indexOf(mark);
        return at < 0 ? "" : text.substring(at + 1);
    }

    /** What stands in the parentheses at the end of a word. */
    static String inside(String word) {
        return word.substring(word.indexOf('(') + 1, word.length() - 1).strip();
    }
}
