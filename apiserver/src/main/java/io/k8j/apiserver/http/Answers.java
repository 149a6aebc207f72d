package io.k8j.apiserver.http;

import io.k8j.apiserver.audit.AuditEvent;
import io.k8j.apiserver.authn.HeaderText;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupVersionKind;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Sends answers in the form that was negotiated. */
final class Answers {
    private final InstantSource clock;

    Answers(InstantSource clock) {
        this.clock = clock;
    }

    /** Sends an API answer. */
    void send(Exchange exchange, ServedResource resource, ApiResponse response, Negotiation form) {
        warn(exchange, response.warnings());
        if (response.list() != null) {
            sendList(exchange, resource, response, form);
        } else {
            sendObject(exchange, resource, response.code(), response.object(), form);
        }
    }

    /** Notes an answer's object for the audit log, if that is wanted. */
    private static void record(java.util.function.Supplier<Map<String, Object>> tree) {
        AuditEvent event = AuditEvent.current();
        if (event != null && event.wantsResponse()) event.responseObject(tree.get());
    }

    private void sendList(Exchange exchange, ServedResource resource, ApiResponse response, Negotiation form) {
        GroupVersionKind kind = new GroupVersionKind(
                resource.gvk().group(),
                resource.gvk().version(),
                resource.info().listKind());
        boolean builtIn = resource.custom() == null;
        switch (form.transform()) {
            case METADATA -> throw notInThatForm("PartialObjectMetadata", "a list", GoTypeName.of(kind, !builtIn));
            case NONE -> {
                record(() -> ObjectForms.listTree(kind, response.list(), builtIn));
                if (form.mediaType().equals(MediaTypes.JSON)) {
                    Body body = ObjectForms.list(kind, response.list(), builtIn);
                    if (PrettyJson.wanted(exchange)) {
                        sendJson(exchange, response.code(), MediaTypes.JSON, ArrayBody.bytes(body));
                    } else {
                        exchange.respond(response.code(), MediaTypes.JSON, body);
                    }
                } else {
                    sendTree(
                            exchange,
                            response.code(),
                            ObjectForms.listTree(kind, response.list(), builtIn),
                            form.mediaType());
                }
            }
            case METADATA_LIST ->
                sendTree(
                        exchange,
                        response.code(),
                        ObjectForms.metadataList(response.list(), form.version()),
                        form.mediaType());
            case TABLE ->
                sendTree(
                        exchange,
                        response.code(),
                        ObjectForms.table(
                                resource,
                                response.list().items(),
                                ObjectForms.tableMeta(response.list()),
                                form.version(),
                                ObjectForms.IncludeObject.of(exchange.query("includeObject")),
                                true,
                                clock.instant()),
                        form.mediaType());
        }
    }

    private void sendObject(Exchange exchange, ServedResource resource, int code, ApiObject object, Negotiation form) {
        boolean status = mayBeStatus(exchange, resource)
                && object.kind().equals("Status")
                && object.apiVersion().equals("v1");
        AuditEvent event = AuditEvent.current();
        if (event != null && status) event.responseStatus(Json.parseObject(object.json()));
        if (form.transform() == Negotiation.Transform.NONE || status) {
            record(() -> Json.parseObject(object.json()));
            if (form.mediaType().equals(MediaTypes.JSON)) {
                sendJson(exchange, code, MediaTypes.JSON, object.json());
            } else {
                sendTree(exchange, code, Json.parseObject(object.json()), form.mediaType());
            }
            return;
        }
        if (form.transform() == Negotiation.Transform.METADATA_LIST) {
            GroupVersionKind kind = GroupVersionKind.of(object.apiVersion(), object.kind());
            String type = GoTypeName.of(kind, resource.custom() != null);
            throw notInThatForm("PartialObjectMetadataList", "not a list", type);
        }
        Map<String, Object> tree = form.transform() == Negotiation.Transform.TABLE
                ? ObjectForms.table(
                        resource,
                        List.of(object),
                        new java.util.LinkedHashMap<>(Map.of("resourceVersion", object.resourceVersion())),
                        form.version(),
                        ObjectForms.IncludeObject.of(exchange.query("includeObject")),
                        true,
                        clock.instant())
                : ObjectForms.metadata(object, form.version());
        record(() -> tree);
        sendTree(exchange, code, tree, form.mediaType());
    }

    /** Found out only when there is an answer: what the request asked for is done then. */
    private static ApiException notInThatForm(String form, String found, String type) {
        String words = "you requested %s, but the requested object is %s (%s)".formatted(form, found, type);
        return new ApiException(406, "NotAcceptable", words, null);
    }

    /** Whether the answer need not be the object itself: that it is need not be read out of its bytes then. */
    private static boolean mayBeStatus(Exchange exchange, ServedResource resource) {
        if (resource.storage() == null || !exchange.requestPath().subresource().isEmpty()) return true;
        return switch (exchange.method()) {
            case "GET", "HEAD", "PUT", "PATCH" -> false;
            default -> true;
        };
    }

    /** Sends a tree as JSON, YAML or protobuf. */
    static void sendTree(Exchange exchange, int code, Map<String, Object> tree, String mediaType) {
        byte[] bytes = TreeDocuments.bytes(tree, mediaType);
        if (mediaType.equals(MediaTypes.JSON)) sendJson(exchange, code, mediaType, bytes);
        else exchange.respond(code, mediaType, bytes);
    }

    /** Sends JSON, in lines to who reads it so; upstream ends it with its line if it is one. */
    static void sendJson(Exchange exchange, int code, String mediaType, byte[] json) {
        exchange.respond(code, mediaType, PrettyJson.wanted(exchange) ? PrettyJson.of(json) : TreeDocuments.line(json));
    }

    /** Sends a refusal in the first form the client takes, otherwise as JSON in lines. */
    static void sendStatus(Exchange exchange, ApiException refusal) {
        warn(exchange, refusal.warnings());
        if (refusal.details() != null && refusal.details().get("retryAfterSeconds") instanceof Number seconds) {
            exchange.addResponseHeader("Retry-After", seconds.toString());
        }
        Map<String, Object> tree = refusal.toStatus();
        AuditEvent event = AuditEvent.current();
        if (event != null) event.responseStatus(tree);
        record(() -> tree);
        String mediaType = mediaTypeOfStatus(exchange);
        if (mediaType != null) sendTree(exchange, refusal.code(), tree, mediaType);
        else
            exchange.respond(
                    refusal.code(), MediaTypes.JSON, PrettyJson.of(TreeDocuments.bytes(tree, MediaTypes.JSON)));
    }

    /** What the client takes as it is: a Status becomes neither a table nor bare metadata. Null if it takes nothing. */
    private static String mediaTypeOfStatus(Exchange exchange) {
        for (MediaTypes.Clause clause : MediaTypes.accept(exchange.headers("Accept"))) {
            if (!clause.parameter("as").isEmpty()) continue;
            for (String type : MediaTypes.SUPPORTED) if (clause.matches(type)) return type;
        }
        return null;
    }

    static void warn(Exchange exchange, List<String> warnings) {
        for (String warning : warnings) {
            // No header can carry them; upstream leaves such a warning out, too.
            if (warning.chars().anyMatch(Character::isISOControl)) continue;
            String quoted = warning.replace("\\", "\\\\").replace("\"", "\\\"");
            exchange.addResponseHeader("Warning", "299 - \"" + HeaderText.toSend(quoted) + "\"");
        }
    }
}
