package io.k8j.apiserver.authz;

import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.RuleResolver;
import io.k8j.apiserver.spi.UserInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Asks authorizers in order; the first opinion counts. Members of {@code system:masters} may do everything. */
public final class AuthorizerChain implements Authorizer, RuleResolver {
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

    /** The rules of all members that can list them. */
    @Override
    public Rules rules(UserInfo user, String namespace) {
        List<Map<String, Object>> resources = new ArrayList<>();
        List<Map<String, Object>> paths = new ArrayList<>();
        boolean incomplete = false;
        List<String> errors = new ArrayList<>();
        for (Authorizer authorizer : authorizers) {
            if (!(authorizer instanceof RuleResolver resolver)) {
                continue;
            }
            Rules rules = resolver.rules(user, namespace);
            resources.addAll(rules.resourceRules());
            paths.addAll(rules.nonResourceRules());
            incomplete |= rules.incomplete();
            if (!rules.error().isEmpty()) {
                errors.add(rules.error());
            }
        }
        return new Rules(resources, paths, incomplete, String.join(", ", errors));
    }
}
