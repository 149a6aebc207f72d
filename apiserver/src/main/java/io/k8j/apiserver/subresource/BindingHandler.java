package io.k8j.apiserver.subresource;

import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.verb.Admission;
import io.k8j.apiserver.verb.Call;
import io.k8j.apiserver.verb.Decoding;
import io.k8j.apiserver.verb.Handler;
import io.k8j.apiserver.verb.ObjectEditor;
import io.k8j.apiserver.verb.Params;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.RawJson;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** POST of {@code pods/binding} and {@code bindings}: gives a Pod its node. */
public final class BindingHandler implements Handler {
    private static final GroupVersionKind BINDING = new GroupVersionKind("", "v1", "Binding");

    /** Of metadata and spec a binding sets single fields only. */
    private static final Set<String> UNTOUCHED_BELOW = Set.of("metadata", "spec");

    private static final byte[] BOUND =
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Success\",\"code\":201}"
                    .getBytes(StandardCharsets.US_ASCII);

    private final StoredResource pods;
    private final ObjectEditor editor;
    private final Admission admission;
    private final boolean forgetsNomination;

    /** @param forgetsNomination whether a Pod that gets its node no longer tells where it was to go */
    public BindingHandler(StoredResource pods, ObjectEditor editor, Admission admission, boolean forgetsNomination) {
        this.forgetsNomination = forgetsNomination;
        this.pods = pods;
        this.editor = editor;
        this.admission = admission;
    }

    @Override
    public ApiResponse handle(Call call) {
        Params params = Params.create(call.api());
        Map<String, Object> binding = Decoding.created(call, params, BINDING);
        String own = Trees.string(binding, "metadata", "name");
        String name = call.name().isEmpty() && own != null ? own : call.name();
        if (!name.equals(own) && !call.name().isEmpty()) {
            throw ApiException.badRequest("name in URL does not match name in Binding object");
        }
        List<FieldError> errors = new ArrayList<>();
        String kind = Trees.string(binding, "target", "kind");
        if (kind != null && !kind.isEmpty() && !kind.equals("Node")) {
            errors.add(FieldError.notSupported("target.kind", kind, List.of("Node", "<empty>")));
        }
        String node = Trees.string(binding, "target", "name");
        if (node == null || node.isEmpty()) errors.add(FieldError.required("target.name", ""));
        if (!errors.isEmpty()) throw new ApiException(500, "", FieldError.aggregate(errors), null);
        if (name.isEmpty()) throw ApiException.badRequest("Name parameter required.");
        admission.check(new AdmissionRequest(
                call.context(), AdmissionRequest.Operation.CREATE, BINDING, binding, null, params.tree()));
        bind(call, name, binding, node, params.dryRun());
        return call.answerAsIs(201, ApiObject.ofJson(BOUND));
    }

    private void bind(Call call, String name, Map<String, Object> binding, String node, boolean dryRun) {
        GroupVersionResource podResource = new GroupVersionResource("", "v1", "pods");
        CachedObject bound = editor.editPart(pods, pods.key(call.namespace(), name), dryRun, UNTOUCHED_BELOW, pod -> {
            String why = refusal(name, binding, pod);
            if (why != null) {
                throw ApiException.conflict(new GroupVersionResource("", "v1", "pods/binding"), name, why);
            }
            Trees.set(pod, node, "spec", "nodeName");
            copy(binding, pod, "annotations");
            copy(binding, pod, "labels");
            Conditions.set(pod, "PodScheduled", "True", "", "", call.context().now());
            if (forgetsNomination) Trees.map(pod, "status").remove("nominatedNodeName");
        });
        if (bound == null) throw ApiException.notFound(podResource, name);
    }

    private static String refusal(String name, Map<String, Object> binding, Map<String, Object> pod) {
        String uid = Trees.string(binding, "metadata", "uid");
        String known = Trees.string(pod, "metadata", "uid");
        if (uid != null && !uid.isEmpty() && !uid.equals(known)) {
            return "Precondition failed: UID in precondition: %s, UID in object meta: %s".formatted(uid, known);
        }
        String version = Trees.string(binding, "metadata", "resourceVersion");
        String current = Trees.string(pod, "metadata", "resourceVersion");
        if (version != null && !version.isEmpty() && !version.equals(current)) {
            return "Precondition failed: ResourceVersion in precondition: %s, ResourceVersion in object meta: %s"
                    .formatted(version, current);
        }
        if (Trees.get(pod, "metadata", "deletionTimestamp") != null) {
            return "pod %s is being deleted, cannot be assigned to a host".formatted(name);
        }
        String node = Trees.string(pod, "spec", "nodeName");
        if (node != null && !node.isEmpty()) return "pod %s is already assigned to node \"%s\"".formatted(name, node);
        if (Trees.get(pod, "spec", "schedulingGates") instanceof RawJson
                || !Trees.list(pod, "spec", "schedulingGates").isEmpty()) {
            return "pod %s has non-empty .spec.schedulingGates".formatted(name);
        }
        return null;
    }

    private static void copy(Map<String, Object> binding, Map<String, Object> pod, String field) {
        Map<String, Object> more = Trees.map(binding, "metadata", field);
        if (more.isEmpty()) return;
        Object known = Trees.get(pod, "metadata", field);
        Map<String, Object> all = new LinkedHashMap<>(Trees.map(known instanceof RawJson raw ? raw.parse() : known));
        all.putAll(more);
        Trees.set(pod, all, "metadata", field);
    }
}
