package io.k8j.model.api;

import java.util.Locale;

/** What a request does, in the API's own words: these are the verbs that RBAC and audit know. */
public enum Verb {
    GET,
    LIST,
    WATCH,
    CREATE,
    UPDATE,
    PATCH,
    DELETE,
    DELETECOLLECTION;

    /** The lower-case word used on the wire. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
