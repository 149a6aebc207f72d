package io.k8j.apiserver.authn;

import java.util.List;

/** Recognises one kind of credentials. Safe for all threads. */
@FunctionalInterface
public interface Authenticator {
    /**
     * Looks at what a client presented.
     *
     * @param audiences what the credentials must be good for; the API server's own for ordinary requests
     */
    Recognition authenticate(Credentials credentials, List<String> audiences);
}
