package io.k8j.apiserver.cel;

import io.k8j.model.cel.Language;

/** CEL with the functions that only an API server has: questions to the authorizer. */
public final class ServerLanguage {
    private static final Language LANGUAGE = Language.withListTypes(new AuthorizerFunctions());

    private ServerLanguage() {}

    /** The language. Made on first use: many clusters have no expressions at all. */
    public static Language get() {
        return LANGUAGE;
    }
}
