package io.k8j.apiserver.authz;

import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.RuleResolver;
import io.k8j.apiserver.spi.UserInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Asks authorizers in order; the first opinion counts. Members of {@code system:masters} may do everything. */
public final class AuthorizerChain implements Authorizer, RuleResolver {
    private static final String SUPERUSERS = "system:masters";
    private static final Decision ALLOWED = new Decision.Allow("");

    private final Supplier<List<Authorizer>> authorizers;

    public AuthorizerChain(List<Authorizer> authorizers) {
        List<Authorizer> fixed = List.copyOf(authorizers);
        this.authorizers = () -> fixed;
    }

    /** @param authorizers asked each time, so that they can be replaced */
    public AuthorizerChain(Supplier<List<Authorizer>> authorizers) {
        this.authorizers = authorizers;
    }

    @Override
    public Decision authorize(Attributes attributes) {
        if (attributes.user().groups().contains(SUPERUSERS)) {
            return ALLOWED;
        }
        String reasons = "";
        List<String> errors = null;
        for (Authorizer authorizer : authorizers.get()) {
            switch (authorizer.authorize(attributes)) {
                case Decision.Allow allow -> {
                    return allow;
                }
                case Decision.Deny deny -> {
                    return deny;
                }
                case Decision.NoOpinion(String why, String error) -> {
                    reasons = join(reasons, why);
                    if (!error.isEmpty()) {
                        if (errors == null) errors = new ArrayList<>();
                        errors.add(error);
                    }
                }
            }
        }
        return new Decision.NoOpinion(reasons, errors == null ? "" : aggregate(errors));
    }

    private static String join(String reasons, String next) {
        if (next == null || next.isEmpty()) {
            return reasons;
        }
        return reasons.isEmpty() ? next : reasons + "\n" + next;
    }

    /** The rules of all members; what one of them cannot list is said in the error. */
    @Override
    public Rules rules(UserInfo user, String namespace) {
        List<Map<String, Object>> resources = new ArrayList<>();
        List<Map<String, Object>> paths = new ArrayList<>();
        boolean incomplete = false;
        List<String> errors = new ArrayList<>();
        for (Authorizer authorizer : authorizers.get()) {
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
        return new Rules(resources, paths, incomplete, aggregate(errors));
    }

    /** Go's way to show several errors as one. */
    private static String aggregate(List<String> errors) {
        return errors.size() > 1 ? "[" + String.join(", ", errors) + "]" : String.join("", errors);
    }
}
