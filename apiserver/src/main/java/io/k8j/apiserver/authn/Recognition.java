package io.k8j.apiserver.authn;

import io.k8j.apiserver.spi.UserInfo;
import java.util.List;

/** What an authenticator says about credentials. */
public sealed interface Recognition {
    /** These are not credentials of its kind, or nobody it knows. */
    Recognition NONE = new None();

    /**
     * Somebody it knows.
     *
     * @param audiences those of the wanted audiences that the credentials are good for
     */
    record Known(UserInfo user, List<String> audiences) implements Recognition {}

    /** No opinion. */
    record None() implements Recognition {}

    /** Credentials of its kind that are not good. Others may still accept them, but nobody takes them for anonymous. */
    record Bad(String why) implements Recognition {}
}
