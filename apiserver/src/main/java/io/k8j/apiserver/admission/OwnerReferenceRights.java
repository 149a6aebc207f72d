package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Owners are given by those who may delete the object, and those who hold up a deletion may set finalizers on the owner. */
record OwnerReferenceRights(Authorizer authorizer, Versions versions) implements AdmissionPlugin {
    private static final String REFUSED = "cannot set an ownerRef on a resource you can't delete: ";
    private static final String BLOCKED =
            "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ";

    @Override
    public String name() {
        return "OwnerReferencesPermissionEnforcement";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        boolean writes = request.operation() == Operation.CREATE || request.operation() == Operation.UPDATE;
        return writes && !Ask.isFor(request, "pods", "status", Operation.CREATE, Operation.UPDATE);
    }

    @Override
    public void validate(AdmissionRequest request) {
        List<Object> owners = owners(request.object());
        List<Object> before = owners(request.old());
        if (Trees.deepEquals(owners, before)) return;
        UserInfo user = request.context().user();
        GroupVersionResource resource = request.context().resource();
        String name = request.context().name() == null ? "" : request.context().name();
        demand(
                request,
                REFUSED,
                new Attributes(
                        user,
                        "delete",
                        resource.group(),
                        resource.version(),
                        resource.resource(),
                        Ask.subresource(request),
                        Ask.namespace(request),
                        name,
                        null));
        List<Map<String, Object>> blocking = newlyBlocking(owners, before);
        if (blocking.isEmpty()
                || isAllowed(new Attributes(user, "update", "*", "*", "*", "finalizers", "", "*", null))) {
            return;
        }
        for (Map<String, Object> owner : blocking) demand(request, BLOCKED, finalizing(request, owner));
    }

    private Attributes finalizing(AdmissionRequest request, Map<String, Object> owner) {
        String version = Trees.string(owner, "apiVersion");
        GroupVersionKind kind = GroupVersionKind.of(version, Trees.string(owner, "kind"));
        GroupVersionResource resource = versions.resource(kind);
        if (resource == null) {
            throw Ask.forbidden(
                    request,
                    ("cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion %s Kind"
                                    + " %s: no matches for kind \"%s\" in version \"%s\"")
                            .formatted(version, kind.kind(), kind.kind(), version));
        }
        return new Attributes(
                request.context().user(),
                "update",
                resource.group(),
                resource.version(),
                resource.resource(),
                "finalizers",
                versions.isNamespaced(resource) ? Ask.namespace(request) : "",
                String.valueOf(owner.get("name")),
                null);
    }

    private boolean isAllowed(Attributes wanted) {
        return authorizer.authorize(wanted) instanceof Decision.Allow;
    }

    private void demand(AdmissionRequest request, String words, Attributes wanted) {
        switch (authorizer.authorize(wanted)) {
            case Decision.Allow allow -> {}
            case Decision.Deny(String reason, String error) -> throw refusal(request, words, reason, error);
            case Decision.NoOpinion(String reason, String error) -> throw refusal(request, words, reason, error);
        }
    }

    private static RuntimeException refusal(AdmissionRequest request, String words, String reason, String error) {
        return Ask.forbidden(request, words + reason + ", " + (error.isEmpty() ? "<nil>" : error));
    }

    /** Those that hold up their owner's deletion and did not before. */
    private static List<Map<String, Object>> newlyBlocking(List<Object> owners, List<Object> before) {
        List<Map<String, Object>> found = new ArrayList<>();
        for (Object owner : owners) {
            if (!Place.of(owner).isTrue("blockOwnerDeletion")) continue;
            Object uid = Trees.get(owner, "uid");
            boolean blocked = before.stream()
                    .anyMatch(old -> String.valueOf(uid).equals(Trees.get(old, "uid"))
                            && Place.of(old).isTrue("blockOwnerDeletion"));
            if (!blocked) found.add(Trees.map(owner));
        }
        return found;
    }

    private static List<Object> owners(Map<String, Object> object) {
        return object == null ? List.of() : Trees.list(object, "metadata", "ownerReferences");
    }
}
