package io.k8j.apiserver.subresource;

import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.resource.CustomRules.ScalePaths;
import io.k8j.apiserver.resource.ObjectCodec;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.apiserver.verb.Call;
import io.k8j.apiserver.verb.FieldOwnership;
import io.k8j.apiserver.verb.Handler;
import io.k8j.apiserver.verb.Params;
import io.k8j.apiserver.verb.PatchHandler;
import io.k8j.apiserver.verb.RequestBody;
import io.k8j.apiserver.verb.Rules;
import io.k8j.apiserver.verb.UpdateFlow;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.FieldError;
import io.k8j.model.api.Verb;
import io.k8j.model.apply.ScaleOwners;
import io.k8j.model.apply.ServerSideApply;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.schema.Schemas;
import io.k8j.model.selector.LabelSelector;
import io.k8j.model.selector.SelectorException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** GET, PUT and PATCH of {@code scale}: the replicas of any scalable kind as one small object. */
public final class ScaleHandler implements Handler {
    private static final GroupVersionKind SCALE = new GroupVersionKind("autoscaling", "v1", "Scale");
    private static final ScalePaths BUILT_IN = new ScalePaths(".spec.replicas", ".status.replicas", null);

    private final UpdateFlow flow;

    public ScaleHandler(UpdateFlow flow) {
        this.flow = flow;
    }

    @Override
    public ApiResponse handle(Call call) {
        if (call.api().verb() == Verb.GET) {
            CachedObject found = call.storage().cache().get(call.key());
            if (found == null) throw notFound(call);
            return answer(call, found.object());
        }
        boolean patch = call.api().verb() == Verb.PATCH;
        Params params = patch ? Params.patch(call.api()) : Params.update(call.api());
        String type = patch
                ? PatchHandler.checkType(
                        call.api().contentType(), call.resource().custom() == null)
                : "";
        UpdateFlow.Plan plan =
                new UpdateFlow.Plan(Rules.MAIN, false, c -> {}, params, 6, true, new View(call.resource()));
        UpdateFlow.Outcome outcome = flow.update(call, plan, current -> {
            if (type.equals(Params.APPLY)) return applied(call, current, params);
            Map<String, Object> scale = patch ? patched(call, type, current) : decoded(call, body(call));
            return scaled(call, current, scale, params);
        });
        return answer(call, outcome.object());
    }

    /** Who reads the scale of a built-in kind is told that the scale is missing. */
    private static ApiException notFound(Call call) {
        GroupVersionResource of = call.resource().gvr();
        if (call.resource().custom() != null) return call.notFound();
        String group = of.group().isEmpty() ? SCALE.group() : of.group();
        return ApiException.notFound(
                new GroupVersionResource(group, of.version(), of.resource() + "/scale"), call.name());
    }

    /** Admission sees Scales, and may change their replicas. */
    private record View(ServedResource resource) implements UpdateFlow.AdmissionView {
        @Override
        public GroupVersionKind kind() {
            return SCALE;
        }

        @Override
        public Map<String, Object> of(Map<String, Object> object) {
            return scale(resource, object);
        }

        @Override
        public void apply(Map<String, Object> view, Map<String, Object> object) {
            long wanted = number(view, "spec", "replicas");
            if (wanted != number(object, path(paths(resource).replicas()))) {
                Trees.set(object, wanted, path(paths(resource).replicas()));
            }
        }
    }

    private static Object body(Call call) {
        return RequestBody.of(call.api().body()).tree();
    }

    private static Map<String, Object> patched(Call call, String type, Map<String, Object> current) {
        Map<String, Object> before = scale(call.resource(), current);
        List<Object> owners = ScaleOwners.ofScale(
                Trees.list(current, "metadata", "managedFields"),
                paths(call.resource()).replicas());
        if (!owners.isEmpty()) SystemFields.metadata(before).put("managedFields", owners);
        Map<String, Object> made = PatchHandler.merge(Schemas.kind(SCALE), type, body(call), before);
        return decoded(call, PatchHandler.checkMade(type, call.api().body(), made, SCALE));
    }

    /** A scale has managed fields of its own while it is applied; afterwards they are the object's again. */
    private static Map<String, Object> applied(Call call, Map<String, Object> current, Params params) {
        String path = paths(call.resource()).replicas();
        List<Object> entries = Trees.list(current, "metadata", "managedFields");
        Map<String, Object> live = scale(call.resource(), current);
        SystemFields.metadata(live).put("managedFields", ScaleOwners.ofScale(entries, path));
        ServerSideApply.Request request = new ServerSideApply.Request(
                params.manager(),
                params.force(),
                SCALE.apiVersion(),
                SCALE.kind(),
                "scale",
                call.context().now(),
                null);
        Map<String, Object> merged = FieldOwnership.merged(
                ServerSideApply.apply(live, PatchHandler.configuration(body(call)), Schemas.kind(SCALE), request));
        List<Object> scaled = Trees.list(merged, "metadata", "managedFields");
        Map<String, Object> object = withReplicas(call, current, decoded(call, merged));
        List<Object> all =
                ScaleOwners.ofObject(entries, scaled, call.resource().gvk().apiVersion(), path);
        if (all.isEmpty()) Trees.remove(object, "metadata", "managedFields");
        else SystemFields.metadata(object).put("managedFields", all);
        return object;
    }

    private static Map<String, Object> decoded(Call call, Object body) {
        Map<String, Object> scale =
                ObjectCodec.decode(SCALE, Schemas.kind(SCALE), null, body, true).tree();
        String name = Trees.string(scale, "metadata", "name");
        if (name != null && !name.isEmpty() && !name.equals(call.name())) {
            throw ApiException.badRequest(
                    "the name of the object (%s) does not match the name on the URL (%s)".formatted(name, call.name()));
        }
        long replicas = number(scale, "spec", "replicas");
        if (replicas < 0) {
            throw ApiException.invalid(
                    SCALE,
                    name == null ? "" : name,
                    List.of(FieldError.invalid("spec.replicas", replicas, "must be greater than or equal to 0")));
        }
        return scale;
    }

    private static Map<String, Object> scaled(
            Call call, Map<String, Object> current, Map<String, Object> scale, Params params) {
        Map<String, Object> object = withReplicas(call, current, scale);
        FieldOwnership.update(call, current, object, params.managerOr(call.agent()));
        return object;
    }

    private static Map<String, Object> withReplicas(Call call, Map<String, Object> current, Map<String, Object> scale) {
        checkIdentity(call, current, Trees.string(scale, "metadata", "uid"));
        Map<String, Object> object = Trees.deepCopy(current);
        String[] path = path(paths(call.resource()).replicas());
        Trees.set(object, number(scale, "spec", "replicas"), path);
        Map<String, Object> metadata = SystemFields.metadata(object);
        String version = Trees.string(scale, "metadata", "resourceVersion");
        // Without one the version just read stays: custom resources know no update without a version.
        if (version != null && !version.isEmpty()) metadata.put("resourceVersion", version);
        String uid = Trees.string(scale, "metadata", "uid");
        if (uid != null && !uid.isEmpty()) metadata.put("uid", uid);
        return object;
    }

    private static void checkIdentity(Call call, Map<String, Object> current, String wanted) {
        String uid = Trees.string(current, "metadata", "uid");
        if (wanted == null
                || wanted.isEmpty()
                || wanted.equals(uid)
                || call.resource().custom() != null) return;
        GroupVersionResource of = call.resource().gvr();
        throw ApiException.conflict(
                new GroupVersionResource(of.group(), of.version(), of.resource() + "/scale"),
                call.name(),
                "Precondition failed: UID in precondition: %s, UID in object meta: %s".formatted(wanted, uid));
    }

    private static ApiResponse answer(Call call, ApiObject stored) {
        Map<String, Object> object = call.resource().treeFromStored(stored);
        return call.answerAsIs(200, ApiObject.ofJson(Json.write(scale(call.resource(), object))));
    }

    private static Map<String, Object> scale(ServedResource resource, Map<String, Object> object) {
        ScalePaths paths = paths(resource);
        Map<String, Object> metadata = new LinkedHashMap<>();
        for (String field : List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
            Object value = Trees.get(object, "metadata", field);
            if (value != null) metadata.put(field, value);
        }
        Map<String, Object> spec = new LinkedHashMap<>();
        long wanted = number(object, path(paths.replicas()));
        if (wanted != 0) spec.put("replicas", wanted);
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("replicas", number(object, path(paths.statusReplicas())));
        String selector = selector(resource, paths, object);
        if (selector != null && !selector.isEmpty()) status.put("selector", selector);
        Map<String, Object> scale = new LinkedHashMap<>();
        scale.put("kind", SCALE.kind());
        scale.put("apiVersion", SCALE.apiVersion());
        scale.put("metadata", metadata);
        scale.put("spec", spec);
        scale.put("status", status);
        return scale;
    }

    private static String selector(ServedResource resource, ScalePaths paths, Map<String, Object> object) {
        if (resource.custom() != null) {
            return paths.selector() == null ? null : Trees.string(object, path(paths.selector()));
        }
        Map<String, Object> selector = Trees.map(object, "spec", "selector");
        if (resource.gvr().resource().equals("replicationcontrollers")) {
            Map<String, String> labels = new LinkedHashMap<>();
            selector.forEach((key, value) -> labels.put(key, String.valueOf(value)));
            return LabelSelector.ofLabels(labels).toString();
        }
        try {
            return LabelSelector.of(selector).toString();
        } catch (SelectorException e) {
            throw ApiException.badRequest(e.getMessage());
        }
    }

    private static ScalePaths paths(ServedResource resource) {
        return resource.custom() == null ? BUILT_IN : resource.custom().scale();
    }

    private static String[] path(String text) {
        return text.substring(1).split("\\.");
    }

    private static long number(Map<String, Object> object, String... path) {
        Long value = Trees.integer(object, path);
        return value == null ? 0 : value;
    }
}
