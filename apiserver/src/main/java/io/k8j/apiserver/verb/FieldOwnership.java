package io.k8j.apiserver.verb;

import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.resource.ObjectCodec;
import io.k8j.model.api.ApiException;
import io.k8j.model.apply.ApplyResult;
import io.k8j.model.apply.ManagedFields;
import io.k8j.model.apply.ServerSideApply;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.schema.ConversionWords;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who manages which field: keeps {@code metadata.managedFields} and merges applied configurations. */
public final class FieldOwnership {
    private static final Map<String, Object> NOT_STATUS = ManagedFields.resetFields("status");
    private static final Map<String, Object> SPEC = ManagedFields.resetFields("spec");
    private static final Map<String, Object> SPEC_AND_LABELS = ManagedFields.resetFields("spec", "metadata.labels");
    private static final Map<String, Object> SPEC_AND_METADATA = ManagedFields.resetFields("spec", "metadata");
    private static final Map<String, Object> OF_PODS =
            ManagedFields.resetFields("spec", "metadata.deletionTimestamp", "metadata.ownerReferences");

    private static final GroupResource CERTIFICATE_REQUESTS =
            new GroupResource("certificates.k8s.io", "certificatesigningrequests");
    private static final Map<String, Object> ALL_OF_REQUEST = ManagedFields.resetFields("spec", "status");
    private static final Map<String, Object> NOT_CERTIFICATE = ManagedFields.resetFields("spec", "status.conditions");
    private static final Map<String, Object> NOT_CONDITIONS = ManagedFields.resetFields("spec", "status.certificate");

    private static final GroupResource PODS = new GroupResource("", "pods");

    private FieldOwnership() {}

    /**
     * Records an update in {@code object}, in the request's version.
     *
     * @param live the object before, in the same version; null if there was none
     */
    public static void update(Call call, Map<String, Object> live, Map<String, Object> object, String manager) {
        boolean plain = live == null
                && call.storage() != null
                && call.storage().builtIn()
                && call.api().subresource().isEmpty()
                && Trees.get(object, "metadata", "managedFields") == null;
        List<Object> entries = plain
                ? call.storage()
                        .createdFields()
                        .of(
                                object,
                                manager,
                                call.resource().gvk().apiVersion(),
                                call.context().now(),
                                () -> entries(call, null, object, manager))
                : entries(call, live, object, manager);
        set(object, entries);
    }

    private static List<Object> entries(
            Call call, Map<String, Object> live, Map<String, Object> object, String manager) {
        // A new object is compared with an empty one: what every object of its kind has belongs to nobody.
        return ManagedFields.afterUpdate(
                live == null ? call.resource().nothing() : live,
                asWritten(call, object),
                call.resource().schema(),
                manager,
                call.resource().gvk().apiVersion(),
                call.api().subresource(),
                call.context().now(),
                reset(call),
                call.resource().converter().versions());
    }

    /**
     * Ownership counts fields as they will be written: empty ones that are left out have no owner, those that are
     * always there have one.
     */
    private static Map<String, Object> asWritten(Call call, Map<String, Object> object) {
        Map<String, Object> written = call.resource().sent(object);
        Object managed = Trees.get(object, "metadata", "managedFields");
        // An empty list is more than an absent one here: it clears them.
        if (managed != null && written != object) SystemFields.metadata(written).put("managedFields", managed);
        return written;
    }

    /**
     * Merges an applied configuration.
     *
     * @param live the object before, in the same version; null if there was none
     * @return the new object with its managed fields and defaults
     */
    public static Map<String, Object> apply(
            Call call, Map<String, Object> live, Map<String, Object> applied, Params params) {
        GroupVersionKind kind = call.resource().gvk();
        ServerSideApply.Request request = new ServerSideApply.Request(
                params.manager(),
                params.force(),
                kind.apiVersion(),
                kind.kind(),
                call.api().subresource(),
                call.context().now(),
                reset(call));
        return complete(
                call,
                merged(ServerSideApply.apply(
                        live,
                        applied,
                        call.resource().schema(),
                        request,
                        call.resource().converter().versions())),
                applied);
    }

    /** The object that an apply made; what it refuses is thrown in upstream's words. */
    public static Map<String, Object> merged(ApplyResult result) {
        return switch (result) {
            case ApplyResult.Applied(Map<String, Object> object, boolean changed) -> object;
            case ApplyResult.Conflicts conflicts -> throw conflict(conflicts);
            case ApplyResult.Rejected(int code, String message) ->
                throw new ApiException(code, code == 400 ? "BadRequest" : "", message, null);
        };
    }

    // The merged tree is decoded like any other, which fills defaults; managed fields were found before that.
    private static Map<String, Object> complete(Call call, Map<String, Object> merged, Map<String, Object> applied) {
        try {
            return ObjectCodec.decode(call.resource(), merged).tree();
        } catch (ApiException e) {
            if (call.resource().custom() != null) throw e;
            // Upstream converts here as after a strategic merge patch.
            String misfit = ConversionWords.misfit(call.resource().schema(), merged);
            Object cut = ConversionWords.wrapped(call.resource().schema(), merged);
            if (misfit == null) return ObjectCodec.decode(call.resource(), cut).tree();
            GroupVersionKind kind = call.resource().gvk();
            String name = kind.group() + "/" + kind.version() + ", Kind=" + kind.kind();
            throw ApiException.badRequest(
                    "failed to convert new object (%s; %s) to proper version: unable to convert unstructured object to %s: %s"
                            .formatted(ServerSideApply.nameText(applied), name, name, misfit));
        }
    }

    private static ApiException conflict(ApplyResult.Conflicts conflicts) {
        List<Object> causes = new ArrayList<>();
        for (ApplyResult.Cause c : conflicts.causes()) {
            Map<String, Object> cause = new LinkedHashMap<>();
            cause.put("reason", c.reason());
            cause.put("message", c.message());
            cause.put("field", c.field());
            causes.add(cause);
        }
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("causes", causes);
        return new ApiException(409, "Conflict", conflicts.message(), details);
    }

    private static Map<String, Object> reset(Call call) {
        if (!call.resource().info().hasStatus()) return null;
        if (call.storage().id().equals(CERTIFICATE_REQUESTS))
            return resetOfRequest(call.api().subresource());
        return switch (call.api().subresource()) {
            case "" -> NOT_STATUS;
            case "status" -> statusReset(call);
            default -> null;
        };
    }

    /** A certificate request is its maker's word, which the server completes and nobody owns. */
    private static Map<String, Object> resetOfRequest(String subresource) {
        return switch (subresource) {
            case "" -> ALL_OF_REQUEST;
            case "status" -> NOT_CERTIFICATE;
            case "approval" -> NOT_CONDITIONS;
            default -> null;
        };
    }

    /** What a write of the status leaves as it was, whatever it says of it. */
    private static Map<String, Object> statusReset(Call call) {
        if (call.resource().custom() != null) return SPEC_AND_METADATA;
        if (call.storage().id().equals(PODS)) return OF_PODS;
        return switch (call.storage().strategy().statusMetadata()) {
            case CHANGES -> SPEC;
            case LABELS_STAY -> SPEC_AND_LABELS;
            case STAYS -> SPEC_AND_METADATA;
        };
    }

    private static void set(Map<String, Object> object, List<Object> entries) {
        if (entries.isEmpty()) Trees.remove(object, "metadata", "managedFields");
        else SystemFields.metadata(object).put("managedFields", entries);
    }
}
