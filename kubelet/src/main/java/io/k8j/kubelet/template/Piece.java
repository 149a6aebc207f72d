package io.k8j.kubelet.template;

import java.util.List;

/** What a template consists of. */
sealed interface Piece {
    /** Printed as it stands. */
    record Text(String text) implements Piece {}

    /** Prints a value. */
    record Print(Pipeline pipeline) implements Piece {}

    /** Declares a variable, or gives a known one a new value. */
    record Set(String variable, boolean declares, Pipeline pipeline) implements Piece {}

    record If(Pipeline condition, List<Piece> then, List<Piece> otherwise) implements Piece {}

    /** @param variable takes the value; null if it has no name */
    record With(String variable, Pipeline value, List<Piece> then, List<Piece> otherwise) implements Piece {}

    /** @param key and {@code element} may be null */
    record Range(String key, String element, Pipeline value, List<Piece> body, List<Piece> otherwise)
            implements Piece {}

    /** Commands whose results are the next one's last argument. */
    record Pipeline(List<Command> commands, int line) {}

    /** A function with its arguments, or a single operand. */
    record Command(List<Operand> operands) {}

    /** Something that has a value. */
    sealed interface Operand {
        record Constant(Object value) implements Operand {}

        record Dot() implements Operand {}

        record Variable(String name) implements Operand {}

        record Function(String name) implements Operand {}

        record Nested(Pipeline pipeline) implements Operand {}

        /** {@code operand.name.name} */
        record Fields(Operand of, List<String> names) implements Operand {}
    }
}
