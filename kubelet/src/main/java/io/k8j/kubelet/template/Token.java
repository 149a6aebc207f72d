package io.k8j.kubelet.template;

/**
 * A part of a template's text.
 *
 * @param line where it begins, from 1
 */
record Token(Kind kind, String text, int line) {
    enum Kind {
        /** What is printed as it stands. */
        TEXT,
        /** End of an action. */
        CLOSE,
        /** A name such as {@code range} or {@code printf}. */
        WORD,
        /** {@code .name}; the text is without its dot. */
        FIELD,
        /** {@code .} by itself. */
        DOT,
        /** {@code $name} or {@code $}; the text is with its dollar. */
        VARIABLE,
        /** A string; the text is its value. */
        STRING,
        NUMBER,
        /** {@code := = | ( ) ,} */
        SIGN,
        /** A space between operands, which matters before a field. */
        SPACE,
        END
    }

    boolean is(Kind wanted, String word) {
        return kind == wanted && text.equals(word);
    }
}
