package io.k8j.apiserver.authz;

import io.k8j.apiserver.spi.Authorizer;
import java.util.List;

/** Asks authorizers in order; the first opinion counts. Members of {@code system:masters} may do everything. */
public final class AuthorizerChain implements Authorizer {
    private static final String SUPERUSERS = "system:masters";

    private final List<Authorizer> authorizers;

    public AuthorizerChain(List<Authorizer> authorizers) {
        this.authorizers = List.copyOf(authorizers);
    }

    @Override
    public Decision authorize(Attributes attributes) {
        if (attributes.user().groups().contains(SUPERUSERS)) {
            return new Decision.Allow("");
        }
        String reason = "";
        for (Authorizer authorizer : authorizers) {
            Decision decision = authorizer.authorize(attributes);
            switch (decision) {
                case Decision.Allow allow -> {
                    return allow;
                }
                case Decision.Deny deny -> {
                    return deny;
                }
                case Decision.NoOpinion none -> reason = reason.isEmpty() ? none.reason() : reason;
            }
        }
        return new Decision.NoOpinion(reason);
    }
}
