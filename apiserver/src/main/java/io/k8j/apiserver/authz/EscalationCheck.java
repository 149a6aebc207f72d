package io.k8j.apiserver.authz;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiException;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Keeps users from granting rights that they do not have. Upstream does this where roles and bindings are stored, after
 * all changing admission; so it is the last of the changing steps here.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping">
 *     Privilege escalation prevention</a>
 */
public final class EscalationCheck implements AdmissionPlugin {
    private static final String GROUP = "rbac.authorization.k8s.io";
    private static final String SUPERUSERS = "system:masters";
    private static final Set<String> KINDS = Set.of("roles", "clusterroles", "rolebindings", "clusterrolebindings");
    private static final List<String> ALL = List.of("*");
    private static final List<PolicyRule> FULL_AUTHORITY = List.of(
            new PolicyRule(ALL, ALL, ALL, List.of(), List.of()),
            new PolicyRule(ALL, List.of(), List.of(), List.of(), ALL));

    private final RbacIndex index;
    private final Authorizer authorizer;

    /** @param authorizer says who may {@code escalate} and {@code bind} */
    public EscalationCheck(RbacIndex index, Authorizer authorizer) {
        this.index = index;
        this.authorizer = authorizer;
    }

    @Override
    public String name() {
        return "RBACEscalation";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        GroupVersionResource resource = request.context().resource();
        return resource.group().equals(GROUP)
                && (request.operation() == Operation.CREATE || request.operation() == Operation.UPDATE)
                && KINDS.contains(resource.resource());
    }

    @Override
    public void mutate(AdmissionRequest request) {
        if (request.context().user().groups().contains(SUPERUSERS)
                || (request.old() != null && onlyForGarbageCollection(request.object(), request.old()))) {
            return;
        }
        switch (request.context().resource().resource()) {
            case "roles", "clusterroles" -> role(request);
            default -> binding(request);
        }
    }

    private void role(AdmissionRequest request) {
        if (may(request, "escalate", request.context().resource().resource(), nameInPath(request))) {
            return;
        }
        String missing = missing(request, PolicyRule.listOf(request.object().get("rules")));
        if (missing != null) {
            throw forbidden(request, missing);
        }
        boolean aggregates = request.object().get("aggregationRule") != null
                || (request.old() != null && request.old().get("aggregationRule") != null);
        String lacking = aggregates ? missing(request, FULL_AUTHORITY) : null;
        if (lacking != null) {
            throw forbidden(request, "must have cluster-admin privileges to use the aggregationRule: " + lacking);
        }
    }

    private void binding(AdmissionRequest request) {
        Map<String, Object> reference = Trees.map(request.object(), "roleRef");
        String kind = String.valueOf(reference.get("kind"));
        String name = String.valueOf(reference.get("name"));
        String resource = switch (kind) {
            case "ClusterRole" -> "clusterroles";
            case "Role" -> "roles";
            default -> null;
        };
        if (resource == null) {
            return; // validation refuses it
        }
        if (may(request, "bind", resource, name)) {
            return;
        }
        List<PolicyRule> granted = index.rulesOf(kind, name, namespace(request))
                .orElseThrow(() -> ApiException.notFound(new GroupVersionResource(GROUP, "v1", resource), name));
        String missing = missing(request, granted);
        if (missing != null) {
            throw forbidden(request, missing);
        }
    }

    private boolean may(AdmissionRequest request, String verb, String resource, String name) {
        Attributes wanted = new Attributes(
                request.context().user(), verb, GROUP, "*", resource, "", namespace(request), name, null);
        return authorizer.authorize(wanted) instanceof Decision.Allow;
    }

    /** Upstream's sentence about the rights that are missing; null if none is. */
    private String missing(AdmissionRequest request, List<PolicyRule> wanted) {
        UserInfo user = request.context().user();
        List<String> problems = new ArrayList<>();
        List<PolicyRule> owned = new ArrayList<>();
        index.visit(user, namespace(request), grant -> {
            if (grant.problem() != null && !problems.contains(grant.problem())) {
                problems.add(grant.problem());
            }
            owned.addAll(grant.rules());
            return true;
        });
        List<String> lines = MissingRights.describe(owned, wanted);
        if (lines.isEmpty()) {
            return null;
        }
        String sentence = "user %s (groups=%s) is attempting to grant RBAC permissions not currently held:\n%s"
                .formatted(
                        io.k8j.model.api.GoQuote.quote(user.name()),
                        MissingRights.quoted(user.groups()),
                        String.join("\n", lines));
        if (problems.isEmpty()) {
            return sentence;
        }
        String all = problems.size() == 1 ? problems.getFirst() : "[" + String.join(", ", problems) + "]";
        return sentence + "; resolution errors: [" + all + "]";
    }

    /** Changes that only let an object go, such as a finalizer that is taken away, grant nothing. */
    private static boolean onlyForGarbageCollection(Map<String, Object> now, Map<String, Object> before) {
        return Objects.equals(withoutOwnership(now), withoutOwnership(before));
    }

    private static Map<String, Object> withoutOwnership(Map<String, Object> object) {
        Map<String, Object> copy = new LinkedHashMap<>(object);
        Map<String, Object> metadata = new LinkedHashMap<>(Trees.map(object, "metadata"));
        List.of("ownerReferences", "finalizers", "managedFields", "resourceVersion")
                .forEach(metadata::remove);
        copy.put("metadata", metadata);
        return copy;
    }

    private static String nameInPath(AdmissionRequest request) {
        String name = request.context().name();
        return name == null ? "" : name;
    }

    private static String namespace(AdmissionRequest request) {
        String namespace = request.context().namespace();
        return namespace == null ? "" : namespace;
    }

    private static ApiException forbidden(AdmissionRequest request, String why) {
        String name = Trees.string(request.object(), "metadata", "name");
        return ApiException.forbidden(request.context().resource(), name == null ? "" : name, why);
    }
}
