package io.k8j.apiserver.authz;

import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.RuleResolver;
import io.k8j.apiserver.spi.UserInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Allows what Roles and ClusterRoles grant through their bindings.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/rbac/">Using RBAC Authorization</a>
 */
public final class RbacAuthorizer implements Authorizer, RuleResolver {
    private static final Decision NOT_GRANTED = new Decision.NoOpinion("");

    private final RbacIndex index;

    public RbacAuthorizer(RbacIndex index) {
        this.index = index;
    }

    @Override
    public Decision authorize(Attributes attributes) {
        Search search = new Search(attributes);
        index.visit(attributes.user(), attributes.namespace(), search);
        return search.decision();
    }

    /** Stops at the first rule that allows; remembers the roles that are missing on the way. */
    private static final class Search implements RbacIndex.GrantVisitor {
        private final Attributes wanted;
        private RbacIndex.Grant found; // null until a rule allows
        private List<String> problems; // null while there are none

        Search(Attributes wanted) {
            this.wanted = wanted;
        }

        @Override
        public boolean visit(RbacIndex.Grant grant) {
            if (grant.problem() != null) {
                if (problems == null) {
                    problems = new ArrayList<>();
                }
                problems.add(grant.problem());
            }
            List<PolicyRule> rules = grant.rules();
            for (int i = 0; i < rules.size(); i++) {
                if (rules.get(i).allows(wanted)) {
                    found = grant;
                    return false;
                }
            }
            return true;
        }

        Decision decision() {
            if (found != null) {
                return found.allowed();
            }
            if (problems == null) {
                return NOT_GRANTED;
            }
            return new Decision.NoOpinion("RBAC: " + aggregate(problems));
        }
    }

    @Override
    public Rules rules(UserInfo user, String namespace) {
        List<Map<String, Object>> resources = new ArrayList<>();
        List<Map<String, Object>> paths = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        index.visit(user, namespace, grant -> {
            if (grant.problem() != null) {
                problems.add(grant.problem());
            }
            for (PolicyRule rule : grant.rules()) {
                if (!rule.resources().isEmpty()) {
                    resources.add(rule.toTree());
                }
                if (!rule.nonResourceUrls().isEmpty()) {
                    paths.add(rule.toTree());
                }
            }
            return true;
        });
        return new Rules(resources, paths, false, problems.isEmpty() ? "" : aggregate(problems));
    }

    /** Go's way to show several errors as one: each once, in brackets if there are more. */
    private static String aggregate(List<String> problems) {
        List<String> distinct = problems.stream().distinct().toList();
        return distinct.size() == 1 ? distinct.getFirst() : "[" + String.join(", ", distinct) + "]";
    }
}
