package io.k8j.kubelet.template;

import io.k8j.kubelet.template.Piece.Command;
import io.k8j.kubelet.template.Piece.Operand;
import io.k8j.kubelet.template.Piece.Pipeline;
import io.k8j.kubelet.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Makes pieces of tokens. Used by one thread. */
final class Parser {
    private static final Set<String> UNKNOWN_ACTIONS = Set.of("define", "template", "block", "break", "continue");

    private final List<Token> tokens;
    private final Set<String> functions;
    private int at;
    private String ended; // the word that ended the list read last: "end", "else" or ""

    private Parser(List<Token> tokens, Set<String> functions) {
        this.tokens = tokens;
        this.functions = functions;
    }

    static List<Piece> parse(String text, Set<String> functions) {
        Parser parser = new Parser(Lexer.tokens(text), functions);
        List<Piece> pieces = parser.pieces();
        if (!parser.ended.isEmpty()) throw parser.fault("unexpected {{%s}}".formatted(parser.ended));
        return pieces;
    }

    private Token peek() {
        return tokens.get(at);
    }

    private Token next() {
        return tokens.get(at++);
    }

    private TemplateException fault(String message) {
        return new TemplateException(peek().line(), message);
    }

    private void space() {
        while (peek().kind() == Kind.SPACE) at++;
    }

    private void close() {
        space();
        if (next().kind() != Kind.CLOSE) {
            at--;
            throw fault("unexpected \"%s\" in command".formatted(peek().text()));
        }
    }

    private List<Piece> pieces() {
        List<Piece> pieces = new ArrayList<>();
        while (true) {
            Token token = peek();
            if (token.kind() == Kind.END) {
                ended = "";
                return pieces;
            }
            if (token.kind() == Kind.TEXT) {
                pieces.add(new Piece.Text(next().text()));
                continue;
            }
            space();
            Token word = peek();
            if (word.is(Kind.WORD, "end") || word.is(Kind.WORD, "else")) {
                at++;
                ended = word.text();
                if (ended.equals("end")) close();
                return pieces;
            }
            pieces.add(action(word));
        }
    }

    private Piece action(Token word) {
        if (word.kind() == Kind.WORD) {
            if (UNKNOWN_ACTIONS.contains(word.text())) {
                throw fault("{{%s}} is not supported".formatted(word.text()));
            }
            switch (word.text()) {
                case "if" -> {
                    return ifPiece();
                }
                case "with" -> {
                    return withPiece();
                }
                case "range" -> {
                    return rangePiece();
                }
                default -> {
                    // a function
                }
            }
        }
        if (word.kind() == Kind.VARIABLE) {
            int back = at++;
            space();
            Token sign = peek();
            if (sign.is(Kind.SIGN, ":=") || sign.is(Kind.SIGN, "=")) {
                at++;
                Piece set = new Piece.Set(word.text(), sign.text().equals(":="), pipeline());
                close();
                return set;
            }
            at = back;
        }
        Piece print = new Piece.Print(pipeline());
        close();
        return print;
    }

    private Piece ifPiece() {
        at++;
        Pipeline condition = pipeline();
        close();
        List<Piece> then = body("if");
        return new Piece.If(condition, then, otherwise());
    }

    private Piece withPiece() {
        at++;
        List<String> names = declared();
        Pipeline value = pipeline();
        close();
        List<Piece> then = body("with");
        return new Piece.With(names.isEmpty() ? null : names.getFirst(), value, then, otherwise());
    }

    private Piece rangePiece() {
        at++;
        List<String> names = declared();
        Pipeline value = pipeline();
        close();
        List<Piece> body = body("range");
        String key = names.size() == 2 ? names.get(0) : null;
        String element = names.isEmpty() ? null : names.getLast();
        return new Piece.Range(key, element, value, body, otherwise());
    }

    private List<Piece> body(String what) {
        List<Piece> body = pieces();
        if (ended.isEmpty()) throw fault("unexpected EOF: {{%s}} has no {{end}}".formatted(what));
        return body;
    }

    /** What follows the body just read: nothing, or the pieces between else and end. */
    private List<Piece> otherwise() {
        if (ended.equals("end")) return List.of();
        space();
        Token word = peek();
        if (word.is(Kind.WORD, "if")) return List.of(ifPiece());
        if (word.is(Kind.WORD, "with")) return List.of(withPiece());
        close();
        List<Piece> pieces = body("else");
        if (!ended.equals("end")) throw fault("unexpected {{else}}");
        return pieces;
    }

    /** Names before {@code :=}, none if there is no such sign. */
    private List<String> declared() {
        int back = at;
        List<String> names = new ArrayList<>();
        space();
        while (peek().kind() == Kind.VARIABLE) {
            names.add(next().text());
            space();
            if (peek().is(Kind.SIGN, ":=")) {
                at++;
                return names;
            }
            if (!peek().is(Kind.SIGN, ",")) break;
            at++;
            space();
        }
        at = back;
        return List.of();
    }

    private Pipeline pipeline() {
        int line = peek().line();
        List<Command> commands = new ArrayList<>();
        do {
            commands.add(command());
            space();
        } while (peek().is(Kind.SIGN, "|") && at++ >= 0);
        return new Pipeline(commands, line);
    }

    private Command command() {
        List<Operand> operands = new ArrayList<>();
        while (true) {
            space();
            Token token = peek();
            if (token.kind() == Kind.CLOSE || token.is(Kind.SIGN, ")") || token.is(Kind.SIGN, "|")) break;
            operands.add(operand());
        }
        if (operands.isEmpty()) throw fault("missing value for command");
        return new Command(operands);
    }

    private Operand operand() {
        Token token = next();
        Operand operand = switch (token.kind()) {
            case STRING -> new Operand.Constant(token.text());
            case NUMBER -> new Operand.Constant(number(token));
            case VARIABLE -> new Operand.Variable(token.text());
            case DOT -> new Operand.Dot();
            case FIELD -> {
                at--;
                yield new Operand.Dot();
            }
            case WORD -> word(token);
            default -> {
                if (!token.text().equals("(")) {
                    at--;
                    throw fault("unexpected \"%s\" in operand".formatted(token.text()));
                }
                Pipeline inner = pipeline();
                if (!next().text().equals(")")) {
                    at--;
                    throw fault("unclosed left paren");
                }
                yield new Operand.Nested(inner);
            }
        };
        List<String> names = new ArrayList<>();
        while (peek().kind() == Kind.FIELD) names.add(next().text());
        return names.isEmpty() ? operand : new Operand.Fields(operand, names);
    }

    private Operand word(Token token) {
        return switch (token.text()) {
            case "true" -> new Operand.Constant(true);
            case "false" -> new Operand.Constant(false);
            case "nil" -> new Operand.Constant(null);
            default -> {
                if (!functions.contains(token.text())) {
                    at--;
                    throw fault("function \"%s\" not defined".formatted(token.text()));
                }
                yield new Operand.Function(token.text());
            }
        };
    }

    private Object number(Token token) {
        String text = token.text().replace("_", "");
        try {
            return text.startsWith("0x") ? (Object) Long.parseLong(text.substring(2), 16) : (Object) Long.valueOf(text);
        } catch (NumberFormatException notWhole) {
            try {
                return Double.valueOf(text);
            } catch (NumberFormatException e) {
                at--;
                throw fault("bad number syntax: \"%s\"".formatted(token.text()));
            }
        }
    }
}
