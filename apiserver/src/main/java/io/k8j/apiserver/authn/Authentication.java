package io.k8j.apiserver.authn;

import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiException;
import java.util.List;
import java.util.Optional;

/** All authenticators in order, and the anonymous user behind them. */
public final class Authentication {
    private static final String AUTHENTICATED = "system:authenticated";
    private static final UserInfo ANONYMOUS = UserInfo.of("system:anonymous", "system:unauthenticated");

    private final List<Authenticator> authenticators;
    private final boolean allowAnonymous;

    public Authentication(List<Authenticator> authenticators, boolean allowAnonymous) {
        this.authenticators = List.copyOf(authenticators);
        this.allowAnonymous = allowAnonymous;
    }

    /**
     * The user behind the credentials.
     *
     * @throws ApiException 401 if a token was presented that nobody accepts, or if anonymous requests are off
     */
    public UserInfo authenticate(Credentials credentials) {
        for (Authenticator authenticator : authenticators) {
            Optional<UserInfo> user = authenticator.authenticate(credentials);
            if (user.isPresent()) {
                return withAuthenticatedGroup(user.get());
            }
        }
        if (credentials.bearerToken() != null || !allowAnonymous) {
            throw ApiException.unauthorized();
        }
        return ANONYMOUS;
    }

    private static UserInfo withAuthenticatedGroup(UserInfo user) {
        if (user.groups().contains(AUTHENTICATED)) {
            return user;
        }
        List<String> groups = new java.util.ArrayList<>(user.groups());
        groups.add(AUTHENTICATED);
        return new UserInfo(user.name(), user.uid(), groups, user.extra());
    }
}
