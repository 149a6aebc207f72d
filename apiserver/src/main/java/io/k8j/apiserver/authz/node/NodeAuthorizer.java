package io.k8j.apiserver.authz.node;

import io.k8j.apiserver.authz.BootstrapPolicy;
import io.k8j.apiserver.authz.PolicyRule;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.spi.RuleResolver;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.GoQuote;
import java.util.List;

/**
 * Allows a kubelet what it needs for its own node: the objects that Pods on it name, and everything else by the rules of
 * the role {@code system:node}. What it may write is narrowed by the admission step NodeRestriction.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/node/">Using Node Authorization</a>
 */
public final class NodeAuthorizer implements Authorizer, RuleResolver {
    private static final Decision NO_OPINION = new Decision.NoOpinion("");
    private static final Decision ALLOW = new Decision.Allow("");
    private static final String LEASES = "kube-node-lease";

    private final NodeGraph graph;
    private final List<PolicyRule> rules;

    public NodeAuthorizer(ObjectReader objects) {
        this.graph = new NodeGraph(objects);
        this.rules = BootstrapPolicy.rulesOf("system:node");
    }

    @Override
    public Decision authorize(Attributes wanted) {
        String node = NodeIdentity.nodeOf(wanted.user());
        if (node == null) {
            return NO_OPINION;
        }
        if (node.isEmpty()) {
            return new Decision.NoOpinion(
                    "unknown node for user " + GoQuote.quote(wanted.user().name()));
        }
        if (wanted.path() == null) {
            Decision divided = switch (wanted.apiGroup()) {
                case "" -> core(node, wanted);
                case "coordination.k8s.io" -> wanted.resource().equals("leases") ? lease(node, wanted) : null;
                case "storage.k8s.io" -> storage(node, wanted);
                case "resource.k8s.io" -> devices(node, wanted);
                default -> null;
            };
            if (divided != null) {
                return divided;
            }
        }
        for (PolicyRule rule : rules) {
            if (rule.allows(wanted)) {
                return ALLOW;
            }
        }
        return NO_OPINION;
    }

    /** Null for resources that all nodes see alike. */
    private Decision core(String node, Attributes wanted) {
        return switch (wanted.resource()) {
            case "pods" -> pod(node, wanted);
            case "nodes" -> node(node, wanted);
            case "secrets" -> read(node, wanted, graph::usesSecret);
            case "configmaps" -> read(node, wanted, graph::usesConfigMap);
            case "serviceaccounts" -> token(node, wanted);
            case "persistentvolumes" -> get(node, wanted, (n, namespace, name) -> graph.usesVolume(n, name));
            case "persistentvolumeclaims" ->
                wanted.subresource().equals("status") ? claimStatus(node, wanted) : get(node, wanted, graph::usesClaim);
            default -> null;
        };
    }

    private Decision storage(String node, Attributes wanted) {
        return switch (wanted.resource()) {
            case "volumeattachments" -> get(node, wanted, (n, namespace, name) -> graph.isAttachedWith(n, name));
            case "csinodes" -> csiNode(node, wanted);
            default -> null;
        };
    }

    private Decision devices(String node, Attributes wanted) {
        return switch (wanted.resource()) {
            case "resourceclaims" -> get(node, wanted, graph::usesResourceClaim);
            case "resourceslices" -> slice(node, wanted);
            default -> null;
        };
    }

    /** Whether an object has to do with a node. */
    @FunctionalInterface
    private interface Relation {
        boolean holds(String node, String namespace, String name);
    }

    private static Decision related(String node, Attributes wanted, Relation relation) {
        if (wanted.name().isEmpty()) {
            return no("No Object name found");
        }
        return relation.holds(node, wanted.namespace(), wanted.name())
                ? ALLOW
                : no("no relationship found between node '%s' and this object".formatted(node));
    }

    private static Decision get(String node, Attributes wanted, Relation relation) {
        if (!wanted.verb().equals("get")) {
            return no("can only get individual resources of this type");
        }
        if (!wanted.subresource().isEmpty()) {
            return no("cannot get subresource");
        }
        return related(node, wanted, relation);
    }

    private static Decision read(String node, Attributes wanted, Relation relation) {
        if (!isRead(wanted.verb())) {
            return no("can only read resources of this type");
        }
        if (!wanted.subresource().isEmpty()) {
            return no("cannot read subresource");
        }
        if (wanted.namespace().isEmpty()) {
            return no("can only read namespaced object of this type");
        }
        return related(node, wanted, relation);
    }

    private Decision claimStatus(String node, Attributes wanted) {
        return switch (wanted.verb()) {
            case "update", "patch" -> related(node, wanted, graph::usesClaim);
            default -> no("can only get/update/patch this type");
        };
    }

    private Decision token(String node, Attributes wanted) {
        if (!wanted.verb().equals("create") || wanted.name().isEmpty()) {
            return no("can only create tokens for individual service accounts");
        }
        if (!wanted.subresource().equals("token")) {
            return no("can only create token subresource of serviceaccount");
        }
        return related(node, wanted, graph::usesServiceAccount);
    }

    private static Decision lease(String node, Attributes wanted) {
        if (!isKept(wanted.verb())) {
            return no("can only get, create, update, patch, or delete a node lease");
        }
        if (!wanted.namespace().equals(LEASES)) {
            return no("can only access leases in the \"kube-node-lease\" system namespace");
        }
        // The name of a new object is not known yet; admission looks at it.
        if (!wanted.verb().equals("create") && !wanted.name().equals(node)) {
            return no("can only access node lease with the same name as the requesting node");
        }
        return ALLOW;
    }

    private static Decision csiNode(String node, Attributes wanted) {
        if (!isKept(wanted.verb())) {
            return no("can only get, create, update, patch, or delete a CSINode");
        }
        if (!wanted.subresource().isEmpty()) {
            return no("cannot authorize CSINode subresources");
        }
        if (!wanted.verb().equals("create") && !wanted.name().equals(node)) {
            return no("can only access CSINode with the same name as the requesting node");
        }
        return ALLOW;
    }

    private Decision slice(String node, Attributes wanted) {
        if (!wanted.subresource().isEmpty()) {
            return no("cannot authorize ResourceSlice subresources");
        }
        return switch (wanted.verb()) {
            case "create" -> ALLOW; // admission looks at its node
            case "get", "update", "patch", "delete" ->
                related(node, wanted, (n, namespace, name) -> graph.ownsSlice(n, name));
            case "watch", "list", "deletecollection" ->
                selects(wanted, "spec.nodeName", node)
                        ? ALLOW
                        : no("can only list/watch/deletecollection resourceslices with nodeName field selector");
            default ->
                no("only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch,"
                        + " delete, deletecollection");
        };
    }

    private static Decision node(String node, Attributes wanted) {
        boolean writes = wanted.verb().equals("update") || wanted.verb().equals("patch");
        if (wanted.subresource().equals("status")) {
            return writes ? ALLOW : NO_OPINION;
        }
        if (!wanted.subresource().isEmpty()) {
            return NO_OPINION;
        }
        if (writes || wanted.verb().equals("create")) {
            return ALLOW; // admission sees to it that it is its own
        }
        if (!isRead(wanted.verb())) {
            return NO_OPINION;
        }
        if (wanted.name().equals(node)) {
            return ALLOW;
        }
        return no(
                wanted.name().isEmpty()
                        ? "node '%s' cannot read all nodes, only its own Node object".formatted(node)
                        : "node '%s' cannot read '%s', only its own Node object".formatted(node, wanted.name()));
    }

    private Decision pod(String node, Attributes wanted) {
        return switch (wanted.subresource()) {
            case "" ->
                switch (wanted.verb()) {
                    case "get" -> get(node, wanted, graph::runsPod);
                    case "list", "watch" -> {
                        if (selects(wanted, "spec.nodeName", node)) {
                            yield ALLOW;
                        }
                        yield wanted.name().isEmpty()
                                ? no("can only list/watch pods with spec.nodeName field selector")
                                : related(node, wanted, graph::runsPod);
                    }
                    case "create", "delete" -> ALLOW; // of mirror Pods; admission sees to it
                    default -> NO_OPINION;
                };
            case "status" -> wanted.verb().equals("update") || wanted.verb().equals("patch") ? ALLOW : NO_OPINION;
            case "eviction" -> wanted.verb().equals("create") ? ALLOW : NO_OPINION;
            default -> NO_OPINION;
        };
    }

    private static boolean selects(Attributes wanted, String field, String value) {
        return wanted.fields().stream()
                .anyMatch(term -> !term.negated()
                        && term.field().equals(field)
                        && term.value().equals(value));
    }

    private static boolean isRead(String verb) {
        return verb.equals("get") || verb.equals("list") || verb.equals("watch");
    }

    private static boolean isKept(String verb) {
        return switch (verb) {
            case "get", "create", "update", "patch", "delete" -> true;
            default -> false;
        };
    }

    private static Decision no(String why) {
        return new Decision.NoOpinion(why);
    }

    @Override
    public Rules rules(UserInfo user, String namespace) {
        return NodeIdentity.nodeOf(user) == null
                ? new Rules(List.of(), List.of(), false, "")
                : new Rules(List.of(), List.of(), true, "node authorizer does not support user rule resolution");
    }
}
