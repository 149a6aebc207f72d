package io.k8j.apiserver.authn.jwt;

/** A token that is not good; the message says why, in upstream's words. */
final class JwtException extends Exception {
    private static final long serialVersionUID = 1;

    JwtException(String message) {
        super(message, null, false, false); // expected: its stack tells nothing
    }
}
