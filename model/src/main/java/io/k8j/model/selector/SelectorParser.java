package io.k8j.model.selector;

import io.k8j.model.selector.Requirement.Operator;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Reads the text form of a label selector; its error words are upstream's. */
final class SelectorParser {
    private static final String OPERATORS = "in, notin, =, ==, !=, gt, lt";

    private enum Kind {
        ERROR,
        END,
        CLOSE,
        COMMA,
        NOT,
        DOUBLE_EQUALS,
        EQUALS,
        GREATER,
        IDENTIFIER,
        IN,
        LESS,
        NOT_EQUALS,
        NOT_IN,
        OPEN
    }

    private record Token(Kind kind, String text) {
        /** The kind where keywords have no meaning. */
        Kind plain() {
            return kind == Kind.IN || kind == Kind.NOT_IN ? Kind.IDENTIFIER : kind;
        }
    }

    private final List<Token> tokens = new ArrayList<>();
    private int at;

    SelectorParser(String text) {
        scan(text);
    }

    List<Requirement> parse() {
        List<Requirement> found = new ArrayList<>();
        while (true) {
            Token start = peek();
            if (start.kind() == Kind.END) return found;
            if (start.plain() != Kind.IDENTIFIER && start.kind() != Kind.NOT) {
                throw wrong(start, "!, identifier, or 'end of string'");
            }
            try {
                found.add(requirement());
            } catch (SelectorException e) {
                throw new SelectorException("unable to parse requirement: " + e.getMessage());
            }
            Token after = take();
            if (after.kind() == Kind.END) return found;
            if (after.kind() != Kind.COMMA) throw wrong(after, "',' or 'end of string'");
            Token next = peek();
            if (next.plain() != Kind.IDENTIFIER && next.kind() != Kind.NOT) throw wrong(next, "identifier after ','");
        }
    }

    private Requirement requirement() {
        Token key = take();
        boolean not = key.kind() == Kind.NOT;
        if (not) key = take();
        if (key.plain() != Kind.IDENTIFIER) throw wrong(key, "identifier");
        Set<String> errors = new LinkedHashSet<>();
        Requirement.checkKey("<nil>", key.text(), errors);
        if (!errors.isEmpty()) throw new SelectorException(errors.iterator().next());
        if (not) return Requirement.checked(key.text(), Operator.DOES_NOT_EXIST, List.of());
        if (peek().kind() == Kind.END || peek().kind() == Kind.COMMA) {
            return Requirement.checked(key.text(), Operator.EXISTS, List.of());
        }
        Operator operator = operator();
        boolean set = operator == Operator.IN || operator == Operator.NOT_IN;
        return Requirement.checked(key.text(), operator, new ArrayList<>(set ? values() : Set.of(exactValue())));
    }

    private Operator operator() {
        Token token = take();
        return switch (token.kind()) {
            case IN -> Operator.IN;
            case NOT_IN -> Operator.NOT_IN;
            case EQUALS -> Operator.EQUALS;
            case DOUBLE_EQUALS -> Operator.DOUBLE_EQUALS;
            case NOT_EQUALS -> Operator.NOT_EQUALS;
            case GREATER -> Operator.GREATER_THAN;
            case LESS -> Operator.LESS_THAN;
            default -> throw wrong(token, OPERATORS);
        };
    }

    private Set<String> values() {
        Token open = take();
        if (open.kind() != Kind.OPEN) throw new SelectorException("found '" + open.text() + "' expected: '('");
        Token first = peek();
        if (first.kind() == Kind.CLOSE) {
            take();
            return Set.of("");
        }
        if (first.plain() != Kind.IDENTIFIER && first.kind() != Kind.COMMA) {
            throw wrong(first, "',', ')' or identifier");
        }
        Set<String> values = identifiers();
        if (take().kind() != Kind.CLOSE) throw wrong(first, "')'");
        return values;
    }

    private Set<String> identifiers() {
        Set<String> values = new TreeSet<>();
        while (true) {
            Token token = take();
            if (token.plain() == Kind.IDENTIFIER) {
                values.add(token.text());
                Token next = peek();
                if (next.kind() == Kind.CLOSE) return values;
                if (next.kind() != Kind.COMMA) throw wrong(next, "',' or ')'");
            } else if (token.kind() == Kind.COMMA) {
                if (values.isEmpty()) values.add("");
                Kind next = peek().kind();
                if (next == Kind.CLOSE || next == Kind.COMMA) values.add("");
                if (next == Kind.CLOSE) return values;
            } else {
                throw wrong(token, "',', or identifier");
            }
        }
    }

    private String exactValue() {
        Kind kind = peek().kind();
        if (kind == Kind.END || kind == Kind.COMMA) return "";
        Token token = take();
        if (token.plain() != Kind.IDENTIFIER) throw wrong(token, "identifier");
        return token.text();
    }

    private static SelectorException wrong(Token found, String expected) {
        return new SelectorException("found '" + found.text() + "', expected: " + expected);
    }

    private Token peek() {
        return tokens.get(Math.min(at, tokens.size() - 1));
    }

    private Token take() {
        Token token = peek();
        at++;
        return token;
    }

    private void scan(String text) {
        int i = 0;
        while (true) {
            while (i < text.length() && isSpace(text.charAt(i))) i++;
            if (i >= text.length() || text.charAt(i) == 0) break;
            int start = i;
            if (isSpecial(text.charAt(i))) {
                i = special(text, start);
            } else {
                while (i < text.length() && !isSpecial(text.charAt(i)) && !isSpace(text.charAt(i))) i++;
                String word = text.substring(start, i);
                tokens.add(new Token(
                        word.equals("in") ? Kind.IN : word.equals("notin") ? Kind.NOT_IN : Kind.IDENTIFIER, word));
            }
        }
        tokens.add(new Token(Kind.END, ""));
    }

    /** Takes the longest operator; gives the position behind it. */
    private int special(String text, int start) {
        int end = start + 1;
        Kind kind = switch (text.charAt(start)) {
            case '(' -> Kind.OPEN;
            case ')' -> Kind.CLOSE;
            case ',' -> Kind.COMMA;
            case '!' -> Kind.NOT;
            case '=' -> Kind.EQUALS;
            case '>' -> Kind.GREATER;
            case '<' -> Kind.LESS;
            default -> Kind.ERROR;
        };
        if (end < text.length() && text.charAt(end) == '=' && (kind == Kind.EQUALS || kind == Kind.NOT)) {
            kind = kind == Kind.EQUALS ? Kind.DOUBLE_EQUALS : Kind.NOT_EQUALS;
            end++;
        }
        tokens.add(new Token(kind, text.substring(start, end)));
        return end;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private static boolean isSpecial(char c) {
        return c == '=' || c == '!' || c == '(' || c == ')' || c == ',' || c == '>' || c == '<';
    }
}
