package io.k8j.apiserver.authn;

import io.k8j.apiserver.spi.UserInfo;
import java.util.Optional;

/** Recognises one kind of credentials. Safe for all threads. */
public interface Authenticator {
    /** The user; empty if these are not credentials this authenticator knows or trusts. */
    Optional<UserInfo> authenticate(Credentials credentials);
}
