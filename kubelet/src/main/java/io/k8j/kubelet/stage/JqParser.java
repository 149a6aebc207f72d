package io.k8j.kubelet.stage;

import io.k8j.kubelet.stage.Jq.Filter;
import java.util.List;
import java.util.Map;

/** Reads one query, from the loosest sign to the tightest: pipe, alternative, or, and, comparison, term. One thread. */
final class JqParser {
    private static final List<String> SIGNS = List.of("==", "!=", "<=", ">=", "<", ">");

    private final String text;
    private int at;

    JqParser(String text) {
        this.text = text;
    }

    Filter parse() {
        Filter filter = pipe();
        skip();
        if (at < text.length()) throw fault("unexpected '%s'".formatted(text.charAt(at)));
        return filter;
    }

    private IllegalArgumentException fault(String message) {
        return new IllegalArgumentException("query %s: column %d: %s".formatted(text, at + 1, message));
    }

    private void skip() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
    }

    private boolean take(String sign) {
        skip();
        if (!text.startsWith(sign, at)) return false;
        at += sign.length();
        return true;
    }

    private boolean takeWord(String word) {
        skip();
        int end = at + word.length();
        if (!text.startsWith(word, at) || end < text.length() && isWordPart(text.charAt(end))) return false;
        at = end;
        return true;
    }

    private static boolean isWordPart(char c) {
        return c == '_' || Character.isLetterOrDigit(c);
    }

    private void need(String sign) {
        if (!take(sign)) throw fault("'%s' expected".formatted(sign));
    }

    private Filter pipe() {
        Filter left = alternative();
        while (take("|")) left = Jq.pipe(left, alternative());
        return left;
    }

    private Filter alternative() {
        Filter left = or();
        while (take("//")) left = Jq.either(left, or());
        return left;
    }

    private Filter or() {
        Filter left = and();
        while (takeWord("or")) {
            Filter first = left;
            Filter second = and();
            left = input -> Jq.one(any(first, input) || any(second, input));
        }
        return left;
    }

    private Filter and() {
        Filter left = comparison();
        while (takeWord("and")) {
            Filter first = left;
            Filter second = comparison();
            left = input -> Jq.one(any(first, input) && any(second, input));
        }
        return left;
    }

    private static boolean any(Filter filter, Object input) {
        return filter.apply(input).stream().anyMatch(Jq::truth);
    }

    private Filter comparison() {
        Filter left = term();
        for (String sign : SIGNS) if (take(sign)) return Jq.compare(left, sign, term());
        return left;
    }

    private Filter term() {
        skip();
        if (at >= text.length()) throw fault("unexpected end");
        char c = text.charAt(at);
        Filter filter;
        if (take("(")) {
            filter = pipe();
            need(")");
        } else if (c == '"') {
            String value = string();
            filter = input -> Jq.one(value);
        } else if (Character.isDigit(c) || c == '-') {
            Number value = number();
            filter = input -> Jq.one(value);
        } else if (c == '.') {
            at++;
            filter = afterDot(Jq::one);
        } else {
            filter = word();
        }
        return suffixes(filter);
    }

    /** The part after a dot: a name, a quoted name, or nothing. */
    private Filter afterDot(Filter of) {
        if (at < text.length() && text.charAt(at) == '"') return Jq.field(of, string());
        int end = at;
        while (end < text.length() && isWordPart(text.charAt(end))) end++;
        String name = text.substring(at, end);
        at = end;
        return name.isEmpty() ? of : Jq.field(of, name);
    }

    private Filter suffixes(Filter filter) {
        Filter result = filter;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '.') {
                at++;
                result = afterDot(result);
            } else if (c == '[') {
                at++;
                result = brackets(result);
            } else if (c == '?') {
                at++;
                result = Jq.optional(result);
            } else {
                break;
            }
        }
        return result;
    }

    private Filter brackets(Filter of) {
        if (take("]")) return Jq.all(of);
        skip();
        Filter result;
        if (at < text.length() && text.charAt(at) == '"') result = Jq.field(of, string());
        else result = Jq.element(of, number().intValue());
        need("]");
        return result;
    }

    private Filter word() {
        if (takeWord("select")) {
            need("(");
            Filter condition = pipe();
            need(")");
            return Jq.select(condition);
        }
        if (takeWord("has")) {
            need("(");
            skip();
            String name = string();
            need(")");
            return input -> Jq.one(input instanceof Map<?, ?> map && map.containsKey(name));
        }
        if (takeWord("not")) return input -> Jq.one(!Jq.truth(input));
        if (takeWord("length")) return input -> Jq.one(length(input));
        if (takeWord("true")) return input -> Jq.one(true);
        if (takeWord("false")) return input -> Jq.one(false);
        if (takeWord("null")) return input -> Jq.one(null);
        if (takeWord("empty")) return input -> List.of();
        throw fault("unknown function or sign");
    }

    private static long length(Object input) {
        return switch (input) {
            case null -> 0;
            case String value -> value.length();
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            default -> throw new Jq.Mismatch("length of " + input);
        };
    }

    private String string() {
        if (at >= text.length() || text.charAt(at) != '"') throw fault("string expected");
        StringBuilder value = new StringBuilder();
        for (int i = at + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                at = i + 1;
                return value.toString();
            }
            if (c == '\\' && i + 1 < text.length()) c = text.charAt(++i);
            value.append(c);
        }
        throw fault("unterminated string");
    }

    private Number number() {
        int end = at;
        while (end < text.length() && "-+.0123456789eE".indexOf(text.charAt(end)) >= 0) end++;
        String number = text.substring(at, end);
        try {
            Number value = number.contains(".") ? (Number) Double.valueOf(number) : (Number) Long.valueOf(number);
            at = end;
            return value;
        } catch (NumberFormatException e) {
            throw fault("number expected");
        }
    }
}
