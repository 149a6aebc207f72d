package io.k8j.model.cel;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** How fields are called in expressions where their own names would not be identifiers. */
public final class FieldNames {
    private static final Set<String> RESERVED = Set.of(
            "true",
            "false",
            "null",
            "in",
            "as",
            "break",
            "const",
            "continue",
            "else",
            "for",
            "function",
            "if",
            "import",
            "let",
            "loop",
            "package",
            "namespace",
            "return",
            "var",
            "void",
            "while");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_./-][a-zA-Z0-9_./-]*");

    private FieldNames() {}

    /** Whether CEL keeps a word for itself. */
    public static boolean isReserved(String name) {
        return RESERVED.contains(name);
    }

    /** The name in expressions; empty if the field cannot be reached by any. */
    public static Optional<String> escape(String field) {
        if (RESERVED.contains(field)) return Optional.of("__" + field + "__");
        if (!NAME.matcher(field).matches()) return Optional.empty();
        return Optional.of(field.replace("__", "__underscores__")
                .replace(".", "__dot__")
                .replace("-", "__dash__")
                .replace("/", "__slash__"));
    }
}
