package io.k8j.apiserver.authz;

import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.spi.RuleResolver;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

/**
 * Allows what Roles and ClusterRoles grant through their bindings. Reads an index of all of them that is made anew on
 * the first question after one of them has changed.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/rbac/">Using RBAC Authorization</a>
 */
public final class RbacAuthorizer implements Authorizer, RuleResolver {
    private static final String GROUP = "rbac.authorization.k8s.io";
    static final GroupVersionResource ROLES = new GroupVersionResource(GROUP, "v1", "roles");
    static final GroupVersionResource CLUSTER_ROLES = new GroupVersionResource(GROUP, "v1", "clusterroles");
    static final GroupVersionResource ROLE_BINDINGS = new GroupVersionResource(GROUP, "v1", "rolebindings");
    static final GroupVersionResource CLUSTER_ROLE_BINDINGS =
            new GroupVersionResource(GROUP, "v1", "clusterrolebindings");

    private record Index(
            long generation,
            Map<String, List<RuleSet>> clusterWide,
            Map<String, Map<String, List<RuleSet>>> byNamespace) {}

    /** The rules that one binding grants. */
    record RuleSet(String binding, List<PolicyRule> rules) {}

    private final ObjectReader objects;
    private final AtomicLong generation = new AtomicLong();
    private volatile Index index = new Index(-1, Map.of(), Map.of());

    public RbacAuthorizer(ObjectReader objects) {
        this.objects = objects;
        for (GroupVersionResource resource : List.of(ROLES, CLUSTER_ROLES, ROLE_BINDINGS, CLUSTER_ROLE_BINDINGS)) {
            objects.onChange(resource, change -> generation.incrementAndGet());
        }
    }

    @Override
    public Decision authorize(Attributes attributes) {
        boolean[] allowed = {false};
        visitRules(attributes.user(), attributes.namespace(), (binding, rule) -> {
            if (!allowed[0] && rule.allows(attributes)) {
                allowed[0] = true;
            }
        });
        return allowed[0] ? new Decision.Allow("RBAC: allowed by a binding") : new Decision.NoOpinion("");
    }

    /** All rules that apply to the user in the namespace (empty for cluster-wide ones only). */
    public List<PolicyRule> rulesFor(UserInfo user, String namespace) {
        List<PolicyRule> rules = new ArrayList<>();
        visitRules(user, namespace, (binding, rule) -> rules.add(rule));
        return rules;
    }

    @Override
    public Rules rules(UserInfo user, String namespace) {
        List<Map<String, Object>> resources = new ArrayList<>();
        List<Map<String, Object>> paths = new ArrayList<>();
        visitRules(user, namespace, (binding, rule) -> {
            if (!rule.resources().isEmpty()) {
                resources.add(rule.toTree());
            }
            if (!rule.nonResourceUrls().isEmpty()) {
                paths.add(rule.toTree());
            }
        });
        return new Rules(resources, paths, false, "");
    }

    private void visitRules(UserInfo user, String namespace, BiConsumer<String, PolicyRule> visitor) {
        Index current = current();
        Map<String, List<RuleSet>> local = current.byNamespace().getOrDefault(namespace, Map.of());
        visit(current.clusterWide(), user, visitor);
        visit(local, user, visitor);
    }

    private static void visit(
            Map<String, List<RuleSet>> bySubject, UserInfo user, BiConsumer<String, PolicyRule> visitor) {
        if (bySubject.isEmpty()) {
            return;
        }
        visitSubject(bySubject, "User:" + user.name(), visitor);
        for (String group : user.groups()) {
            visitSubject(bySubject, "Group:" + group, visitor);
        }
    }

    private static void visitSubject(
            Map<String, List<RuleSet>> bySubject, String subject, BiConsumer<String, PolicyRule> visitor) {
        for (RuleSet set : bySubject.getOrDefault(subject, List.of())) {
            for (PolicyRule rule : set.rules()) {
                visitor.accept(set.binding(), rule);
            }
        }
    }

    private Index current() {
        Index known = index;
        long wanted = generation.get();
        if (known.generation() == wanted) {
            return known;
        }
        synchronized (this) {
            if (index.generation() < wanted) {
                index = build(wanted);
            }
            return index;
        }
    }

    private Index build(long wanted) {
        Map<String, List<RuleSet>> clusterWide = new HashMap<>();
        for (ApiObject binding : objects.list(CLUSTER_ROLE_BINDINGS, "")) {
            add(clusterWide, binding, "");
        }
        Map<String, Map<String, List<RuleSet>>> byNamespace = new HashMap<>();
        for (ApiObject binding : objects.list(ROLE_BINDINGS, "")) {
            add(byNamespace.computeIfAbsent(binding.namespace(), n -> new HashMap<>()), binding, binding.namespace());
        }
        return new Index(wanted, clusterWide, byNamespace);
    }

    private void add(Map<String, List<RuleSet>> bySubject, ApiObject binding, String namespace) {
        Map<String, Object> tree = binding.tree();
        RuleSet granted = new RuleSet(binding.name(), rulesOf(tree.get("roleRef"), namespace));
        if (granted.rules().isEmpty() || !(tree.get("subjects") instanceof List<?> subjects)) {
            return;
        }
        for (Object subject : subjects) {
            if (subject instanceof Map<?, ?> map) {
                bySubject
                        .computeIfAbsent(subjectKey(map, namespace), k -> new ArrayList<>())
                        .add(granted);
            }
        }
    }

    private static String subjectKey(Map<?, ?> subject, String namespace) {
        String name = String.valueOf(subject.get("name"));
        if ("ServiceAccount".equals(subject.get("kind"))) {
            Object own = subject.get("namespace");
            return "User:system:serviceaccount:" + (own == null ? namespace : own) + ":" + name;
        }
        return subject.get("kind") + ":" + name;
    }

    private List<PolicyRule> rulesOf(Object roleRef, String namespace) {
        if (!(roleRef instanceof Map<?, ?> ref)) {
            return List.of();
        }
        String name = String.valueOf(ref.get("name"));
        return (switch (String.valueOf(ref.get("kind"))) {
                    case "ClusterRole" -> objects.get(CLUSTER_ROLES, "", name);
                    case "Role" ->
                        namespace.isEmpty()
                                ? java.util.Optional.<ApiObject>empty()
                                : objects.get(ROLES, namespace, name);
                    default -> java.util.Optional.<ApiObject>empty();
                })
                .map(role -> PolicyRule.listOf(role.tree().get("rules")))
                .orElse(List.of());
    }
}
