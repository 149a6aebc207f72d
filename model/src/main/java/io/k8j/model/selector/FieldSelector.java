package io.k8j.model.selector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A compiled field selector: all of its terms must hold. Immutable. */
public final class FieldSelector {
    /**
     * One comparison.
     *
     * @param field path such as {@code metadata.name}
     * @param negated whether the field must differ from the value
     * @param value the value, unescaped
     */
    public record Term(String field, boolean negated, String value) {
        @Override
        public String toString() {
            String escaped = value.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=");
            return field + (negated ? "!=" : "=") + escaped;
        }
    }

    /** Matches all objects. */
    public static final FieldSelector EVERYTHING = new FieldSelector(List.of());

    private final List<Term> terms;

    private FieldSelector(List<Term> terms) {
        this.terms = terms;
    }

    /** Matches objects whose fields meet all the terms. */
    public static FieldSelector of(List<Term> terms) {
        return new FieldSelector(List.copyOf(terms));
    }

    /**
     * Reads the text form, as in the query parameter {@code fieldSelector}. Which fields a resource knows is for the
     * caller to check, see {@link #terms()}.
     *
     * @throws SelectorException with upstream's words
     */
    public static FieldSelector parse(String text) {
        if (text.isEmpty()) return EVERYTHING;
        List<Term> terms = new ArrayList<>();
        String[] parts = split(text);
        Arrays.sort(parts);
        for (String part : parts) {
            if (!part.isEmpty()) terms.add(term(text, part));
        }
        return new FieldSelector(List.copyOf(terms));
    }

    /** The selector of a text, or {@link #EVERYTHING} if the text is none: for questions that a selector only narrows. */
    public static FieldSelector readable(String text) {
        try {
            return parse(text);
        } catch (SelectorException e) {
            return EVERYTHING;
        }
    }

    private static String[] split(String text) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == ',') {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts.toArray(String[]::new);
    }

    private static Term term(String whole, String part) {
        for (int i = 0; i < part.length(); i++) {
            if (part.startsWith("!=", i)) return new Term(part.substring(0, i), true, unescape(part.substring(i + 2)));
            if (part.charAt(i) != '=') continue;
            int length = part.startsWith("==", i) ? 2 : 1;
            return new Term(part.substring(0, i), false, unescape(part.substring(i + length)));
        }
        throw new SelectorException("invalid selector: '" + whole + "'; can't understand '" + part + "'");
    }

    private static String unescape(String value) {
        StringBuilder plain = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == ',' || c == '=') {
                throw new SelectorException("invalid field selector: unescaped character in value: " + (int) c);
            }
            if (c == '\\') {
                char next = ++i < value.length() ? value.charAt(i) : 0;
                if (next != '\\' && next != ',' && next != '=') {
                    throw new SelectorException("invalid field selector: invalid escape sequence: \\"
                            + value.substring(Math.min(i, value.length()), Math.min(i + 1, value.length())));
                }
                c = next;
            }
            plain.append(c);
        }
        return plain.toString();
    }

    /**
     * Whether an object meets all terms.
     *
     * @param fields gives the value of a field as text; null counts as the empty text
     */
    public boolean matches(Function<String, String> fields) {
        for (Term term : terms) {
            String value = fields.apply(term.field());
            if ((value == null ? "" : value).equals(term.value()) == term.negated()) return false;
        }
        return true;
    }

    /** The terms, sorted by their text. */
    public List<Term> terms() {
        return terms;
    }

    public boolean isEmpty() {
        return terms.isEmpty();
    }

    /** The value a field must have to match; null if no term says so. */
    public String exactValue(String field) {
        for (Term term : terms) {
            if (!term.negated() && term.field().equals(field)) return term.value();
        }
        return null;
    }

    /** The text form. */
    @Override
    public String toString() {
        return terms.stream().map(Term::toString).collect(Collectors.joining(","));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FieldSelector s && terms.equals(s.terms);
    }

    @Override
    public int hashCode() {
        return terms.hashCode();
    }
}
