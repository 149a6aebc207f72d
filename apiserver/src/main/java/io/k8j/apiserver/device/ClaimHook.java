package io.k8j.apiserver.device;

import io.k8j.apiserver.Access;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.verb.WriteHook;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.validation.GoText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Asks for the further rights that parts of a ResourceClaim's status need, beside that on {@code resourceclaims/status}:
 * who allocates or reserves needs {@code resourceclaims/binding} in the whole cluster, who reports on devices needs
 * {@code resourceclaims/driver} for each driver he speaks for, with a verb that says whether he is on the claim's node.
 *
 * @see <a href="https://kep.k8s.io/4817">KEP-4817</a>
 */
public final class ClaimHook implements WriteHook {
    private static final GroupVersionKind KIND = new GroupVersionKind("resource.k8s.io", "v1", "ResourceClaim");
    private static final String NODE_NAME = "authentication.kubernetes.io/node-name";
    private static final String ACCOUNT = "system:serviceaccount:";

    private final AdminAccessHook adminAccess;
    private final Authorizer authorizer;

    public ClaimHook(ObjectReader reader, Authorizer authorizer) {
        this.adminAccess = AdminAccessHook.ofClaims(reader);
        this.authorizer = authorizer;
    }

    @Override
    public Reservation beforeCreate(RequestContext context, Map<String, Object> object) {
        return adminAccess.beforeCreate(context, object);
    }

    @Override
    public void beforeStatus(RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        List<FieldError> errors = new ArrayList<>(adminAccess.statusErrors(context, object, old));
        binding(context, object, old, errors);
        drivers(context, object, old, errors);
        if (!errors.isEmpty()) {
            throw ApiException.invalid(KIND, Trees.string(object, "metadata", "name"), errors);
        }
    }

    private void binding(
            RequestContext context, Map<String, Object> object, Map<String, Object> old, List<FieldError> errors) {
        if (same(object, old, "allocation") && same(object, old, "reservedFor")) return;
        String verb = context.verb().word();
        String refusal = refusal(wanted(context, verb, "binding", "", ""));
        if (refusal == null) return;
        String needed = "changing status.allocation or status.reservedFor requires"
                + " resource=\"resourceclaims/binding\", verb=\"%s\" permission: %s";
        errors.add(FieldError.forbidden("status.allocation", needed.formatted(verb, refusal)));
    }

    private static boolean same(Map<String, Object> object, Map<String, Object> old, String field) {
        Object now = Trees.get(object, "status", field);
        Object before = Trees.get(old, "status", field);
        boolean none = now == null || now instanceof List<?> list && list.isEmpty();
        boolean noneBefore = before == null || before instanceof List<?> list && list.isEmpty();
        return none ? noneBefore : Trees.deepEquals(now, before);
    }

    private void drivers(
            RequestContext context, Map<String, Object> object, Map<String, Object> old, List<FieldError> errors) {
        Object allocation = Trees.get(object, "status", "allocation");
        if (allocation == null) return; // what is told goes with the allocation
        Set<String> drivers = changedDrivers(object, old);
        String node = nodeOf(allocation);
        boolean there = context.user().name().startsWith(ACCOUNT)
                && !node.isEmpty()
                && List.of(node).equals(context.user().extra().get(NODE_NAME));
        String anywhere = "arbitrary-node:" + context.verb().word();
        String near = "associated-node:" + context.verb().word();
        List<String> verbs = there ? List.of(near, anywhere) : List.of(anywhere);
        for (String driver : drivers) {
            List<String> refusals = new ArrayList<>();
            for (String verb : verbs) refusals.add(refusal(wanted(context, verb, "driver", driver)));
            if (refusals.contains(null)) continue;
            String needed = "changing status.devices requires resource=\"resourceclaims/driver\", verb=\"%s\""
                    + " permission: %s";
            errors.add(FieldError.forbidden(
                    "status.devices", needed.formatted(GoText.format(verbs), refusals.getFirst())));
        }
    }

    /** Drivers with an entry that came, went or changed. */
    private static Set<String> changedDrivers(Map<String, Object> object, Map<String, Object> old) {
        List<Object> now = Trees.list(object, "status", "devices");
        List<Object> before = Trees.list(old, "status", "devices");
        Set<String> changed = new TreeSet<>();
        for (Object entry : now) if (!before.contains(entry)) changed.add(Trees.string(entry, "driver"));
        for (Object entry : before) if (!now.contains(entry)) changed.add(Trees.string(entry, "driver"));
        return changed;
    }

    /** The one node that an allocation is for; empty if it does not name just one. */
    static String nodeOf(Object allocation) {
        List<Object> terms = Trees.list(allocation, "nodeSelector", "nodeSelectorTerms");
        if (terms.size() != 1
                || !Trees.list(terms.getFirst(), "matchExpressions").isEmpty()) return "";
        List<Object> fields = Trees.list(terms.getFirst(), "matchFields");
        if (fields.size() != 1) return "";
        List<Object> values = Trees.list(fields.getFirst(), "values");
        boolean one = "metadata.name".equals(Trees.string(fields.getFirst(), "key"))
                && "In".equals(Trees.string(fields.getFirst(), "operator"))
                && values.size() == 1;
        return one ? String.valueOf(values.getFirst()) : "";
    }

    private static Attributes wanted(RequestContext context, String verb, String subresource, String name) {
        return wanted(context, verb, subresource, context.namespace(), name);
    }

    private static Attributes wanted(
            RequestContext context, String verb, String subresource, String namespace, String name) {
        return new Attributes(
                context.user(),
                verb,
                KIND.group(),
                context.resource().version(),
                "resourceclaims",
                subresource,
                namespace,
                name,
                null);
    }

    /** Null if allowed. */
    private String refusal(Attributes wanted) {
        return switch (authorizer.authorize(wanted)) {
            case Decision.Allow allow -> null;
            case Decision.Deny(String reason, String error) -> refusal(wanted, reason, error);
            case Decision.NoOpinion(String reason, String error) -> refusal(wanted, reason, error);
        };
    }

    private static String refusal(Attributes wanted, String reason, String error) {
        String both = error.isEmpty() || reason == null || reason.isEmpty() ? "" : ": ";
        return Access.forbidden(wanted, error + both + (reason == null ? "" : reason))
                .getMessage();
    }
}
