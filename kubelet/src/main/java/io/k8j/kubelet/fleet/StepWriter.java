package io.k8j.kubelet.fleet;

import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.k8j.client.EventRecorder;
import io.k8j.client.PatchType;
import io.k8j.kubelet.stage.Stage;
import io.k8j.kubelet.template.Functions;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.yaml.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Carries out the steps of stages: renders, then writes. Safe for all threads. */
final class StepWriter {
    private final ApiTransport transport;
    private final EventRecorder events;
    private final String fieldManager;

    StepWriter(ApiTransport transport, EventRecorder events, String fieldManager) {
        this.transport = transport;
        this.events = events;
        this.fieldManager = fieldManager;
    }

    /**
     * Carries out one step.
     *
     * @return the object as it was answered; empty if the step does not change it
     * @throws io.k8j.kubelet.template.TemplateException if the template does not fit the object
     */
    Optional<ApiObject> run(
            Stage.Step step, GroupVersionResource resource, ApiObject object, Map<String, Object> tree, Functions own) {
        return switch (step) {
            case Stage.Step.Event event -> {
                events.event(
                        new ObjectReferenceBuilder()
                                .withApiVersion(object.apiVersion())
                                .withKind(object.kind())
                                .withNamespace(object.namespace())
                                .withName(object.name())
                                .withUid(object.uid())
                                .build(),
                        event.type(),
                        event.reason(),
                        event.message());
                yield Optional.empty();
            }
            case Stage.Step.Finalizers finalizers -> finalizers(finalizers, resource, object, tree);
            case Stage.Step.Delete() -> {
                transport.call(new ApiCall(
                        Verb.DELETE,
                        resource,
                        object.namespace(),
                        object.name(),
                        "",
                        Map.of(),
                        null,
                        deleteNow(object.uid())));
                yield Optional.empty();
            }
            case Stage.Step.Patch patch -> patch(patch, resource, object, tree, own);
        };
    }

    private static Map<String, Object> deleteNow(String uid) {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("kind", "DeleteOptions");
        options.put("apiVersion", "v1");
        options.put("gracePeriodSeconds", 0L);
        options.put("propagationPolicy", "Background");
        options.put("preconditions", Map.of("uid", uid));
        return options;
    }

    private Optional<ApiObject> finalizers(
            Stage.Step.Finalizers wanted, GroupVersionResource resource, ApiObject object, Map<String, Object> tree) {
        List<String> now = new ArrayList<>();
        if (tree.get("metadata") instanceof Map<?, ?> metadata && metadata.get("finalizers") instanceof List<?> list) {
            list.forEach(finalizer -> now.add((String) finalizer));
        }
        List<String> then = new ArrayList<>(wanted.empty() ? List.of() : now);
        then.removeAll(wanted.remove());
        wanted.add().stream().filter(finalizer -> !then.contains(finalizer)).forEach(then::add);
        if (then.equals(now)) return Optional.empty();
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("finalizers", then);
        metadata.put("resourceVersion", object.resourceVersion());
        return Optional.of(write(PatchType.MERGE, resource, object, "", Map.of("metadata", metadata)));
    }

    private Optional<ApiObject> patch(
            Stage.Step.Patch patch,
            GroupVersionResource resource,
            ApiObject object,
            Map<String, Object> tree,
            Functions own) {
        Object body = parsed(patch.template().render(tree, own));
        if (body == null) return Optional.empty();
        PatchType type = switch (patch.form()) {
            case JSON -> PatchType.JSON;
            case MERGE -> PatchType.MERGE;
            case STRATEGIC -> PatchType.STRATEGIC;
        };
        return Optional.of(write(type, resource, object, patch.subresource(), rooted(patch, body)));
    }

    /** Templates give YAML; those of JSON are read in a tenth of the time. */
    private static Object parsed(String text) {
        String whole = text.strip();
        if (whole.startsWith("{") || whole.startsWith("[")) {
            try {
                return Json.parse(whole);
            } catch (JsonException e) {
                return Yaml.parse(text); // YAML in braces
            }
        }
        return Yaml.parse(text);
    }

    private static Object rooted(Stage.Step.Patch patch, Object body) {
        if (patch.root().isEmpty()) return body;
        if (patch.form() != Stage.PatchForm.JSON) return Map.of(patch.root(), body);
        List<Object> operations = new ArrayList<>();
        for (Object operation : body instanceof List<?> list ? list : List.of(body)) {
            Map<String, Object> moved = new LinkedHashMap<>(Trees.map(operation));
            moved.put("path", "/" + patch.root() + moved.get("path"));
            operations.add(moved);
        }
        return operations;
    }

    private ApiObject write(
            PatchType type, GroupVersionResource resource, ApiObject object, String subresource, Object body) {
        return transport
                .call(new ApiCall(
                        Verb.PATCH,
                        resource,
                        object.namespace(),
                        object.name(),
                        subresource,
                        Map.of("fieldManager", fieldManager),
                        type.mediaType(),
                        body))
                .object();
    }
}
