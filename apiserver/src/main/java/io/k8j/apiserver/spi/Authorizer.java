package io.k8j.apiserver.spi;

/** Decides whether a user may do something. Safe for all threads; does no I/O. */
public interface Authorizer {
    /**
     * What somebody wants to do.
     *
     * @param verb RBAC verb, lower case
     * @param apiGroup group of the resource; {@code *} in rules matches any
     * @param path for requests that are not about resources; null otherwise
     */
    record Attributes(
            UserInfo user,
            String verb,
            String apiGroup,
            String apiVersion,
            String resource,
            String subresource,
            String namespace,
            String name,
            String path) {}

    /** Answer of one authorizer; the first that has an opinion wins. */
    sealed interface Decision {
        /** Allowed. */
        record Allow(String reason) implements Decision {}

        /** Refused, whatever others say. */
        record Deny(String reason) implements Decision {}

        /** No opinion; refused if nobody allows. */
        record NoOpinion(String reason) implements Decision {}
    }

    Decision authorize(Attributes attributes);
}
