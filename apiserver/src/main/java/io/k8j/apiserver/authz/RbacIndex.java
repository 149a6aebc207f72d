package io.k8j.apiserver.authz;

import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.GoQuote;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who has which rules through the bindings of RBAC. Reads an index of all roles and bindings that is made anew on the
 * first question after one of them has changed. Safe for all threads.
 */
public final class RbacIndex {
    private static final String GROUP = "rbac.authorization.k8s.io";
    static final GroupVersionResource ROLES = new GroupVersionResource(GROUP, "v1", "roles");
    static final GroupVersionResource CLUSTER_ROLES = new GroupVersionResource(GROUP, "v1", "clusterroles");
    static final GroupVersionResource ROLE_BINDINGS = new GroupVersionResource(GROUP, "v1", "rolebindings");
    static final GroupVersionResource CLUSTER_ROLE_BINDINGS =
            new GroupVersionResource(GROUP, "v1", "clusterrolebindings");

    /**
     * What one binding gives to one of its subjects.
     *
     * @param allowed what is answered when a rule allows; tells binding, role and subject in upstream's words
     * @param problem why the role has no rules; null if it exists
     */
    record Grant(Decision.Allow allowed, List<PolicyRule> rules, String problem) {}

    /** Looks at grants one by one. */
    @FunctionalInterface
    interface GrantVisitor {
        /** @return whether to go on */
        boolean visit(Grant grant);
    }

    private record Subjects(Map<String, List<Grant>> users, Map<String, List<Grant>> groups) {
        Subjects() {
            this(new HashMap<>(), new HashMap<>());
        }

        /** @return whether to go on */
        boolean visit(UserInfo user, GrantVisitor visitor) {
            if (!visitAll(users.get(user.name()), visitor)) {
                return false;
            }
            for (String group : user.groups()) {
                if (!visitAll(groups.get(group), visitor)) {
                    return false;
                }
            }
            return true;
        }

        private static boolean visitAll(List<Grant> grants, GrantVisitor visitor) {
            if (grants != null) {
                for (Grant grant : grants) {
                    if (!visitor.visit(grant)) {
                        return false;
                    }
                }
            }
            return true;
        }
    }

    private static final List<GroupVersionResource> RESOURCES =
            List.of(ROLES, CLUSTER_ROLES, ROLE_BINDINGS, CLUSTER_ROLE_BINDINGS);

    /** @param states of the four resources when it was made */
    private record Index(List<Object> states, Subjects clusterWide, Map<String, Subjects> byNamespace) {}

    private final ObjectReader objects;
    private volatile Index index = new Index(List.of(), new Subjects(), Map.of());

    public RbacIndex(ObjectReader objects) {
        this.objects = objects;
    }

    /** Shows all grants that apply to the user in the namespace, cluster-wide ones first. */
    void visit(UserInfo user, String namespace, GrantVisitor visitor) {
        Index current = current();
        if (!current.clusterWide().visit(user, visitor) || namespace.isEmpty()) {
            return;
        }
        Subjects local = current.byNamespace().get(namespace);
        if (local != null) {
            local.visit(user, visitor);
        }
    }

    /**
     * The rules of a role that a binding refers to.
     *
     * @param namespace where a Role is looked for
     */
    public Optional<List<PolicyRule>> rulesOf(String kind, String name, String namespace) {
        return (switch (kind) {
                    case "ClusterRole" -> objects.get(CLUSTER_ROLES, "", name);
                    case "Role" ->
                        namespace.isEmpty() ? Optional.<ApiObject>empty() : objects.get(ROLES, namespace, name);
                    default -> Optional.<ApiObject>empty();
                })
                .map(role -> PolicyRule.listOf(role.tree().get("rules")));
    }

    private Index current() {
        Index known = index;
        if (isCurrent(known)) {
            return known;
        }
        synchronized (this) {
            if (!isCurrent(index)) {
                // Before the objects are read, so that a change meanwhile is seen by the next question.
                index = build(RESOURCES.stream().map(objects::state).toList());
            }
            return index;
        }
    }

    private boolean isCurrent(Index known) {
        if (known.states().isEmpty()) {
            return false;
        }
        for (int i = 0; i < RESOURCES.size(); i++) {
            if (objects.state(RESOURCES.get(i)) != known.states().get(i)) {
                return false;
            }
        }
        return true;
    }

    private Index build(List<Object> states) {
        Subjects clusterWide = new Subjects();
        for (ApiObject binding : objects.list(CLUSTER_ROLE_BINDINGS, "")) {
            add(clusterWide, binding, "");
        }
        Map<String, Subjects> byNamespace = new HashMap<>();
        for (ApiObject binding : objects.list(ROLE_BINDINGS, "")) {
            add(byNamespace.computeIfAbsent(binding.namespace(), n -> new Subjects()), binding, binding.namespace());
        }
        return new Index(states, clusterWide, byNamespace);
    }

    private void add(Subjects into, ApiObject binding, String namespace) {
        Map<String, Object> tree = binding.tree();
        if (!(tree.get("subjects") instanceof List<?> subjects) || !(tree.get("roleRef") instanceof Map<?, ?> ref)) {
            return;
        }
        String kind = String.valueOf(ref.get("kind"));
        String name = String.valueOf(ref.get("name"));
        Optional<List<PolicyRule>> rules = rulesOf(kind, name, namespace);
        String problem = rules.isPresent() ? null : missing(kind, name);
        String source = namespace.isEmpty()
                ? "ClusterRoleBinding " + GoQuote.quote(binding.name())
                : "RoleBinding " + GoQuote.quote(binding.name() + "/" + namespace);
        source = "RBAC: allowed by " + source + " of " + kind + " " + GoQuote.quote(name) + " to ";
        for (Object subject : subjects) {
            if (subject instanceof Map<?, ?> map) {
                addSubject(into, map, namespace, source, rules.orElse(List.of()), problem);
            }
        }
    }

    private static void addSubject(
            Subjects into, Map<?, ?> subject, String namespace, String source, List<PolicyRule> rules, String problem) {
        String kind = String.valueOf(subject.get("kind"));
        String name = String.valueOf(subject.get("name"));
        boolean isGroup = kind.equals("Group");
        String key = name;
        String shown = name;
        if (kind.equals("ServiceAccount")) {
            Object own = subject.get("namespace");
            String home = own == null || own.equals("") ? namespace : String.valueOf(own);
            if (home.isEmpty()) {
                return; // an account of no namespace is nobody
            }
            key = "system:serviceaccount:" + home + ":" + name;
            shown = name + "/" + home;
        } else if (!isGroup && !kind.equals("User")) {
            return;
        }
        (isGroup ? into.groups() : into.users())
                .computeIfAbsent(key, k -> new ArrayList<>())
                .add(new Grant(new Decision.Allow(source + kind + " " + GoQuote.quote(shown)), rules, problem));
    }

    private static String missing(String kind, String name) {
        return switch (kind) {
            case "Role", "ClusterRole" ->
                "%s.rbac.authorization.k8s.io %s not found"
                        .formatted(kind.toLowerCase(java.util.Locale.ROOT), GoQuote.quote(name));
            default -> "unsupported role reference kind: " + GoQuote.quote(kind);
        };
    }
}
