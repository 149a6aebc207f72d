package io.k8j.apiserver.authn;

import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All authenticators in order, and the anonymous user behind them. Safe for all threads. */
public final class Authentication {
    private static final Logger LOG = LoggerFactory.getLogger(Authentication.class);
    private static final String AUTHENTICATED = "system:authenticated";
    private static final String UNAUTHENTICATED = "system:unauthenticated";
    private static final UserInfo ANONYMOUS = UserInfo.of("system:anonymous", UNAUTHENTICATED);

    private final List<Authenticator> authenticators;
    private final List<String> audiences;
    private final Supplier<AnonymousAccess> anonymous;

    /**
     * @param audiences the API server's own
     * @param anonymous asked for each request, so that it can be changed
     */
    Authentication(List<Authenticator> authenticators, List<String> audiences, Supplier<AnonymousAccess> anonymous) {
        this.authenticators = List.copyOf(authenticators);
        this.audiences = List.copyOf(audiences);
        this.anonymous = anonymous;
    }

    /**
     * The user behind a request.
     *
     * @throws ApiException 401 if credentials were presented that nobody accepts, or if nobody may come without any
     */
    public UserInfo authenticate(Credentials credentials) {
        return switch (recognise(credentials, audiences)) {
            case Recognition.Known known -> known.user();
            case Recognition.Bad(String why) -> {
                LOG.atDebug()
                        .addKeyValue("path", credentials.path())
                        .log("Unable to authenticate the request: {}", why);
                throw ApiException.unauthorized();
            }
            case Recognition.None none -> {
                if (!anonymous.get().allows(credentials.path())) {
                    throw ApiException.unauthorized();
                }
                yield ANONYMOUS;
            }
        };
    }

    /** Asks all in order; the first that knows the client counts. Problems of others are told only if nobody does. */
    Recognition recognise(Credentials credentials, List<String> wantedAudiences) {
        List<String> problems = new ArrayList<>(0);
        for (Authenticator authenticator : authenticators) {
            switch (authenticator.authenticate(credentials, wantedAudiences)) {
                case Recognition.Known known -> {
                    return new Recognition.Known(withAuthenticatedGroup(known.user()), known.audiences());
                }
                case Recognition.Bad(String why) -> problems.add(why);
                case Recognition.None none -> {}
            }
        }
        return problems.isEmpty() ? Recognition.NONE : new Recognition.Bad(Problems.aggregate(problems));
    }

    /** The API server's own audiences. */
    List<String> audiences() {
        return audiences;
    }

    private static UserInfo withAuthenticatedGroup(UserInfo user) {
        if (user.name().equals(ANONYMOUS.name())
                || user.groups().contains(AUTHENTICATED)
                || user.groups().contains(UNAUTHENTICATED)) {
            return user;
        }
        List<String> groups = new ArrayList<>(user.groups());
        groups.add(AUTHENTICATED);
        return new UserInfo(user.name(), user.uid(), groups, user.extra());
    }
}
