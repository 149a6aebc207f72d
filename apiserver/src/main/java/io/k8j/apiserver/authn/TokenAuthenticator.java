package io.k8j.apiserver.authn;

import java.util.List;
import java.util.function.Consumer;

/** Recognises one kind of bearer tokens. Safe for all threads. */
@FunctionalInterface
public interface TokenAuthenticator {
    /**
     * Looks at a token.
     *
     * @param audiences what it must be good for
     * @param warn takes warnings for the client
     */
    Recognition authenticate(String token, List<String> audiences, Consumer<String> warn);

    /** For tokens that name no audience: they are good for the API server's own audiences. */
    static TokenAuthenticator forOwnAudiences(List<String> own, TokenAuthenticator authenticator) {
        return (token, audiences, warn) -> {
            List<String> shared = audiences.stream().filter(own::contains).toList();
            if (shared.isEmpty()) {
                return Recognition.NONE;
            }
            Recognition found = authenticator.authenticate(token, shared, warn);
            return found instanceof Recognition.Known known ? new Recognition.Known(known.user(), shared) : found;
        };
    }
}
