package io.k8j.apiserver.spi;

import io.k8j.model.selector.FieldSelector;
import io.k8j.model.selector.Requirement;
import java.util.List;

/** Decides whether a user may do something. Safe for all threads; only the webhook authorizer does I/O. */
public interface Authorizer {
    /**
     * What somebody wants to do.
     *
     * @param verb RBAC verb, lower case
     * @param apiGroup group of the resource; {@code *} in rules matches any
     * @param path for requests that are not about resources; null otherwise
     * @param fields what a field selector narrows a list, watch or deletion of many to; what cannot be read is left out
     * @param labels what a label selector narrows it to
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
            String path,
            List<FieldSelector.Term> fields,
            List<Requirement> labels) {
        /** Without selectors. */
        public Attributes(
                UserInfo user,
                String verb,
                String apiGroup,
                String apiVersion,
                String resource,
                String subresource,
                String namespace,
                String name,
                String path) {
            this(user, verb, apiGroup, apiVersion, resource, subresource, namespace, name, path, List.of(), List.of());
        }

        /** The same wish with another verb. */
        public Attributes withVerb(String other) {
            return new Attributes(
                    user, other, apiGroup, apiVersion, resource, subresource, namespace, name, path, fields, labels);
        }

        /** The same wish of somebody else. */
        public Attributes withUser(UserInfo other) {
            return new Attributes(
                    other, verb, apiGroup, apiVersion, resource, subresource, namespace, name, path, fields, labels);
        }
    }

    /** Answer of one authorizer; the first that has an opinion wins. */
    sealed interface Decision {
        /** Allowed. */
        record Allow(String reason) implements Decision {}

        /**
         * Refused, whatever others say.
         *
         * @param error what went wrong while deciding; empty if nothing did
         */
        record Deny(String reason, String error) implements Decision {
            public Deny(String reason) {
                this(reason, "");
            }
        }

        /**
         * No opinion; refused if nobody allows.
         *
         * @param error what went wrong while deciding; empty if nothing did
         */
        record NoOpinion(String reason, String error) implements Decision {
            public NoOpinion(String reason) {
                this(reason, "");
            }
        }
    }

    Decision authorize(Attributes attributes);
}
