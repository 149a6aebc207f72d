package io.k8j.apiserver.resource;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.ResourceRegistry;
import io.k8j.model.schema.Defaulter;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.StrictDecoder;
import io.k8j.model.schema.WrongTypeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns what a client sent into an object that fits its schema, or says in upstream's words why it cannot be. */
public final class ObjectCodec {
    /** Versions that upstream still reads, though it serves none of them. */
    private static final Set<String> UNSERVED = Set.of(
            "admissionregistration.k8s.io/v1alpha1",
            "admissionregistration.k8s.io/v1beta1",
            "apps/v1beta1",
            "apps/v1beta2",
            "authentication.k8s.io/v1beta1",
            "authorization.k8s.io/v1beta1",
            "batch/v1beta1",
            "certificates.k8s.io/v1beta1",
            "coordination.k8s.io/v1beta1",
            "discovery.k8s.io/v1beta1",
            "events.k8s.io/v1beta1",
            "extensions/v1beta1",
            "networking.k8s.io/v1beta1",
            "node.k8s.io/v1beta1",
            "policy/v1beta1",
            "rbac.authorization.k8s.io/v1alpha1",
            "rbac.authorization.k8s.io/v1beta1",
            "scheduling.k8s.io/v1beta1",
            "storage.k8s.io/v1alpha1",
            "storage.k8s.io/v1beta1");

    private ObjectCodec() {}

    /**
     * A decoded object.
     *
     * @param tree fresh, with defaults filled in
     * @param problems unknown fields, in upstream's words
     */
    public record Decoded(Map<String, Object> tree, List<String> problems) {}

    /**
     * Decodes a body for a resource; an absent kind or apiVersion is the resource's own.
     *
     * @throws ApiException 400 if it is no such object
     */
    public static Decoded decode(ServedResource resource, Object body) {
        return decode(resource.gvk(), resource.schema(), resource.custom(), body, true);
    }

    /**
     * Decodes what a JSON or merge patch has made of an object: what is wrong with that is said without the kind.
     *
     * @throws WrongTypeException if it is no such object
     * @throws ApiException 422 for a custom resource that says it is another kind
     */
    public static Decoded decodePatched(ServedResource resource, Map<String, Object> tree) {
        GroupVersionKind wanted = resource.gvk();
        String fault = StatedKind.fault(tree);
        if (fault != null) throw new WrongTypeException(fault);
        if (resource.custom() != null && text(tree, "kind", "").isEmpty()) {
            throw new WrongTypeException("Object 'Kind' is missing in '" + Json.writeString(tree) + "'");
        }
        if (resource.custom() != null) {
            checkVersion(wanted, tree);
            return custom(wanted, resource.custom(), tree, true);
        }
        GroupVersionKind found =
                GroupVersionKind.of(text(tree, "apiVersion", wanted.apiVersion()), text(tree, "kind", wanted.kind()));
        if (!found.kind().equals(wanted.kind()) || !isRegistered(found)) {
            throw new WrongTypeException(misfit(found, wanted));
        }
        return builtIn(wanted, resource.schema(), tree, true);
    }

    /** Why a patched tree is no object of a kind that is not stored as such, without the kind; null if it is one. */
    public static String wrongKind(GroupVersionKind wanted, Schema schema, Map<String, Object> tree) {
        String fault = StatedKind.fault(tree);
        if (fault != null) return fault;
        GroupVersionKind found =
                GroupVersionKind.of(text(tree, "apiVersion", wanted.apiVersion()), text(tree, "kind", wanted.kind()));
        if (!found.equals(wanted)) return misfit(found, wanted);
        try {
            StrictDecoder.decode(schema, tree);
            return null;
        } catch (WrongTypeException e) {
            return e.getMessage();
        }
    }

    private static void checkVersion(GroupVersionKind wanted, Map<String, Object> tree) {
        String version = text(tree, "apiVersion", "");
        String kind = text(tree, "kind", "");
        List<FieldError> errors = new ArrayList<>();
        if (!kind.equals(wanted.kind())) errors.add(FieldError.invalid("kind", kind, "must be " + wanted.kind()));
        if (!version.equals(wanted.apiVersion())) {
            errors.add(FieldError.invalid("apiVersion", version, "must be " + wanted.apiVersion()));
        }
        String name = text(Trees.map(tree, "metadata"), "name", "");
        if (!errors.isEmpty()) throw ApiException.invalid(GroupVersionKind.of(version, kind), name, errors);
    }

    private static Decoded builtIn(GroupVersionKind wanted, Schema schema, Map<String, Object> tree, boolean defaults) {
        StrictDecoder.Decoded decoded = StrictDecoder.decode(schema, tree);
        Map<String, Object> object = decoded.object();
        object.put("kind", wanted.kind());
        object.put("apiVersion", wanted.apiVersion());
        if (defaults) Defaulter.apply(schema, object);
        return new Decoded(object, decoded.problems());
    }

    /** The same for the kind of a subresource. */
    public static Decoded decode(
            GroupVersionKind wanted, Schema schema, CustomRules custom, Object body, boolean defaults) {
        if (!(body instanceof Map<?, ?> map)) {
            throw ApiException.badRequest("the object provided is unrecognized (must be of type " + wanted.kind()
                    + "): couldn't get version/kind; json parse error: json: cannot unmarshal "
                    + (body instanceof List<?> ? "array" : "value")
                    + " into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind"
                    + " string \"json:\\\"kind,omitempty\\\"\" }");
        }
        Map<String, Object> tree = Trees.asMap(map);
        checkKind(wanted, tree, custom != null);
        try {
            return custom != null ? custom(wanted, custom, tree, defaults) : builtIn(wanted, schema, tree, defaults);
        } catch (WrongTypeException e) {
            throw ApiException.badRequest("%s in version \"%s\" cannot be handled as a %s: %s"
                    .formatted(wanted.kind(), wanted.version(), wanted.kind(), e.getMessage()));
        }
    }

    private static Decoded custom(
            GroupVersionKind wanted, CustomRules custom, Map<String, Object> tree, boolean defaults) {
        Map<String, Object> object = Trees.deepCopy(tree);
        object.put("kind", wanted.kind());
        object.put("apiVersion", wanted.apiVersion());
        List<String> problems = custom.prune(object);
        if (defaults) custom.fillDefaults(object);
        return new Decoded(object, problems);
    }

    private static void checkKind(GroupVersionKind wanted, Map<String, Object> tree, boolean custom) {
        String kind = text(tree, "kind", wanted.kind());
        String apiVersion = text(tree, "apiVersion", wanted.apiVersion());
        if (kind.equals(wanted.kind()) && apiVersion.equals(wanted.apiVersion())) return;
        GroupVersionKind found = GroupVersionKind.of(apiVersion, kind);
        // Custom resources are decoded without regard to their kind, so this comes up when they are validated.
        if (custom && apiVersion.equals(wanted.apiVersion())) checkVersion(wanted, tree);
        if (custom || kind.equals(wanted.kind()) && isRegistered(found)) {
            throw ApiException.badRequest(
                    "the API version in the data (%s) does not match the expected API version (%s)"
                            .formatted(apiVersion, wanted.apiVersion()));
        }
        throw ApiException.badRequest("%s in version \"%s\" cannot be handled as a %s: %s"
                .formatted(kind, found.version(), wanted.kind(), misfit(found, wanted)));
    }

    /** Why an object of one kind is none of another. */
    public static String misfit(GroupVersionKind found, GroupVersionKind wanted) {
        if (isRegistered(found)) {
            return "converting (%s.%s) to (%s.%s): unknown conversion"
                    .formatted(found.version(), found.kind(), internalPackage(wanted.group()), wanted.kind());
        }
        return unregistered(found, "pkg/api/legacyscheme/scheme.go:30");
    }

    /** Says that nobody knows a kind. */
    public static String unregistered(GroupVersionKind kind, String scheme) {
        return "no kind \"%s\" is registered for version \"%s\" in scheme \"%s\""
                .formatted(kind.kind(), kind.apiVersion(), scheme);
    }

    private static boolean isRegistered(GroupVersionKind kind) {
        return ResourceRegistry.known().kind(kind) != null
                || UNSERVED.contains(kind.apiVersion())
                || kind.kind().equals("Status"); // which every group has
    }

    private static String internalPackage(String group) {
        if (group.isEmpty()) return "core";
        int dot = group.indexOf('.');
        return dot < 0 ? group : group.substring(0, dot);
    }

    private static String text(Map<String, Object> tree, String field, String absent) {
        return tree.get(field) instanceof String s && !s.isEmpty() ? s : absent;
    }
}
