package io.k8j.apiserver.crd;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Regular expressions as Go has them, on an engine that takes linear time. Safe for all threads; they are kept. */
final class Patterns {
    private static final int MAX_KEPT = 10_000;
    private static final Map<String, Object> KEPT = new ConcurrentHashMap<>(); // a Pattern, or the fault as text

    private Patterns() {}

    private static Object of(String expression) {
        Object known = KEPT.get(expression);
        if (known != null) return known;
        Object made;
        try {
            made = Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            made = e.getMessage();
        }
        if (KEPT.size() >= MAX_KEPT) KEPT.clear(); // those of definitions that are gone
        KEPT.put(expression, made);
        return made;
    }

    /** What is wrong with an expression, in Go's words; null if it is right. */
    static String fault(String expression) {
        return of(expression) instanceof String fault ? fault : null;
    }

    /** Whether the expression is found anywhere in the text. */
    static boolean matches(String expression, String text) {
        return of(expression) instanceof Pattern pattern
                && pattern.matcher(text).find();
    }
}
