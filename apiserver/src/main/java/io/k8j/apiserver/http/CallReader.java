package io.k8j.apiserver.http;

import io.k8j.apiserver.resource.ObjectCodec;
import io.k8j.apiserver.resource.StatedKind;
import io.k8j.apiserver.verb.Params;
import io.k8j.apiserver.verb.RequestBody;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import io.k8j.model.proto.ProtobufCodec;
import io.k8j.model.proto.ProtobufException;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.yaml.Yaml;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns an HTTP request for a resource into an {@link ApiCall}. */
final class CallReader {
    private static final List<String> PATCH_TYPES = List.of(
            "application/json-patch+json",
            "application/merge-patch+json",
            "application/strategic-merge-patch+json",
            "application/apply-patch+yaml");
    private static final List<String> CUSTOM_PATCH_TYPES =
            PATCH_TYPES.stream().filter(type -> !type.contains("strategic")).toList();

    private static final String TYPE_META = "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind"
            + " string \"json:\\\"kind,omitempty\\\"\" }";
    private static final String OPTIONS_SCHEME =
            "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27";
    private static final int SHOWN_BYTES = 30;

    private CallReader() {}

    /** The verb of the request; null if the method does not fit the path. */
    static Verb verb(Exchange exchange, RequestPath path) {
        boolean collection = path.name().isEmpty();
        boolean reads = exchange.method().equals("GET") || exchange.method().equals("HEAD");
        if (path.watch() && !reads) return null; // below the old prefix nothing can be changed
        return switch (exchange.method()) {
            case "GET", "HEAD" -> {
                if (path.watch() || collection && Params.flag(exchange.query("watch"))) {
                    yield path.subresource().isEmpty() ? Verb.WATCH : Verb.GET;
                }
                yield collection ? Verb.LIST : Verb.GET;
            }
            case "POST" -> Verb.CREATE;
            case "PUT" -> collection ? null : Verb.UPDATE;
            case "PATCH" -> collection ? null : Verb.PATCH;
            case "DELETE" -> collection ? Verb.DELETECOLLECTION : Verb.DELETE;
            default -> null;
        };
    }

    /**
     * Reads query and body.
     *
     * @throws ApiException 400, 413 or 415 for what cannot be read
     */
    static ApiCall read(Exchange exchange, RequestPath path, Verb verb, GroupVersionKind kind, boolean custom) {
        if (exchange.bodyTooLarge()) {
            throw ApiException.tooLarge("Request entity too large: limit is 3145728");
        }
        Map<String, String> query = new LinkedHashMap<>();
        exchange.query().forEach((name, values) -> query.put(name, values.isEmpty() ? "" : values.getFirst()));
        if (path.watch()) query.putIfAbsent("watch", "false"); // the path asks for it, not the options
        String contentType = MediaTypes.contentType(exchange.header("Content-Type"));
        Object body = switch (verb) {
            case GET, LIST, WATCH -> null;
            case PATCH -> patch(exchange, contentType, custom);
            case CREATE, UPDATE -> written(exchange, contentType, kind, verb, query);
            case DELETE, DELETECOLLECTION ->
                exchange.body().length == 0 ? null : wholeObject(exchange, contentType, null);
        };
        return new ApiCall(
                verb,
                path.resource(),
                path.namespace(),
                path.name(),
                path.subresource(),
                query,
                verb == Verb.PATCH ? contentType : null,
                body);
    }

    /** Upstream looks at the options before it decodes the body, which may be wrong, too. */
    private static Object written(
            Exchange exchange, String contentType, GroupVersionKind kind, Verb verb, Map<String, String> query) {
        String named = exchange.header("Content-Type");
        boolean readable = named == null
                || named.isBlank() // as if it were not there
                || MediaTypes.SUPPORTED.contains(contentType) && MediaTypes.isWellFormed(named);
        if (readable) {
            try {
                return wholeObject(exchange, contentType, kind);
            } catch (ApiException e) {
                Params.check(verb, query);
                throw e;
            }
        }
        if (verb == Verb.UPDATE) Params.check(verb, query);
        throw ApiException.unsupportedMediaType(MediaTypes.SUPPORTED);
    }

    /** @throws ApiException 415 if no route takes patches of that type, which is found out before the body is read */
    static void checkPatchType(Exchange exchange) {
        if (PATCH_TYPES.contains(MediaTypes.contentType(exchange.header("Content-Type")))) return;
        throw new ApiException(415, "UnsupportedMediaType", "415: Unsupported Media Type", new LinkedHashMap<>());
    }

    private static Object patch(Exchange exchange, String contentType, boolean custom) {
        List<String> known = custom ? CUSTOM_PATCH_TYPES : PATCH_TYPES;
        if (!known.contains(contentType)) throw ApiException.unsupportedMediaType(known);
        try {
            return contentType.endsWith("yaml") ? yaml(exchange.body()) : json(exchange.body());
        } catch (JsonException e) {
            return RequestBody.broken(ApiException.badRequest(
                    unreadable(contentType, "Ignore".equals(exchange.query("fieldValidation")), e.getMessage())));
        }
    }

    /** Each kind of patch has its own reader upstream, and each reader its own words. */
    private static String unreadable(String contentType, boolean unchecked, String why) {
        return switch (contentType) {
            case "application/apply-patch+yaml" -> "error decoding YAML: error converting YAML to JSON: " + why;
            case "application/strategic-merge-patch+json" -> why;
            case "application/merge-patch+json" -> unchecked ? "Invalid JSON Patch" : "error decoding patch: " + why;
            default -> unchecked ? why : "error decoding patch: " + why;
        };
    }

    /** A body that must be an object of some kind; what cannot be one is refused with its beginning. */
    private static Object wholeObject(Exchange exchange, String contentType, GroupVersionKind kind) {
        String why;
        try {
            Object parsed = object(exchange, contentType, kind);
            Object tree = RequestBody.of(parsed).tree();
            if (tree instanceof Map<?, ?> map) {
                why = StatedKind.fault(Trees.asMap(map));
                if (why == null) return parsed;
                throw unrecognized(exchange, kind, why);
            }
            if (tree == null && exchange.body().length > 0) {
                return new RequestBody(new LinkedHashMap<>(), List.of()); // Go reads null into any struct
            }
            why = "couldn't get version/kind; json parse error: json: cannot unmarshal %s into Go value of type %s"
                    .formatted(goType(tree), TYPE_META);
        } catch (JsonException e) {
            String words = e.getMessage();
            why = words.startsWith("yaml: ") ? words : "couldn't get version/kind; json parse error: " + words;
        } catch (ProtobufException e) {
            if (e.kind() != null && kind != null) throw unfit(kind, e);
            why = e.isKnownKind() ? e.getMessage() : ObjectCodec.unregistered(e.kind(), OPTIONS_SCHEME);
        }
        throw unrecognized(exchange, kind, why);
    }

    /** What could be read as far as its kind, which is told then. */
    private static ApiException unfit(GroupVersionKind wanted, ProtobufException e) {
        GroupVersionKind found = e.kind();
        return ApiException.badRequest("%s in version \"%s\" cannot be handled as a %s: %s"
                .formatted(
                        found.kind(),
                        found.version(),
                        wanted.kind(),
                        e.isKnownKind() ? e.getMessage() : ObjectCodec.misfit(found, wanted)));
    }

    /** Custom resources have no protobuf form, which upstream finds out when it decodes one. */
    static ApiException notInProtobuf(Exchange exchange, GroupVersionKind kind) {
        try {
            ProtobufCodec.checkEnvelope(exchange.body());
        } catch (ProtobufException e) {
            return unrecognized(exchange, kind, e.getMessage());
        }
        return ApiException.badRequest(
                "%s in version \"%s\" cannot be handled as a %s: object *unstructured.Unstructured does not implement the protobuf marshalling interface and cannot be encoded to a protobuf message"
                        .formatted(kind.kind(), kind.version(), kind.kind()));
    }

    /** @param kind null for options, of which upstream tells only what is wrong */
    private static ApiException unrecognized(Exchange exchange, GroupVersionKind kind, String why) {
        if (kind == null) return ApiException.badRequest(why);
        return ApiException.badRequest("the object provided is unrecognized (must be of type %s): %s (%s)"
                .formatted(kind.kind(), why, beginning(exchange.body())));
    }

    private static String goType(Object tree) {
        return switch (tree) {
            case List<?> list -> "array";
            case String text -> "string";
            case Boolean bool -> "bool";
            case Number number -> "number";
            case null, default -> "null";
        };
    }

    /** Upstream shows the first bytes: as text if they could be JSON, as hexadecimal digits otherwise. */
    private static String beginning(byte[] body) {
        if (body.length == 0) {
            return "<empty>";
        }
        boolean cut = body.length > SHOWN_BYTES;
        byte[] shown = cut ? Arrays.copyOf(body, SHOWN_BYTES) : body;
        String text = body[0] == '{'
                ? new String(shown, StandardCharsets.UTF_8)
                : HexFormat.of().formatHex(shown);
        return cut ? text + " ..." : text;
    }

    private static Object object(Exchange exchange, String contentType, GroupVersionKind kind) {
        return switch (contentType) {
            case "", MediaTypes.JSON -> json(exchange.body());
            case MediaTypes.YAML -> yaml(exchange.body());
            case MediaTypes.PROTOBUF -> ProtobufBodies.read(exchange.body(), kind);
            default -> throw ApiException.unsupportedMediaType(MediaTypes.SUPPORTED);
        };
    }

    private static RequestBody json(byte[] text) {
        List<String> duplicates = new ArrayList<>();
        Object tree = Json.parse(text, duplicates::add);
        return new RequestBody(tree, duplicates, duplicates.isEmpty() ? null : text, null);
    }

    private static RequestBody yaml(byte[] text) {
        List<String> duplicates = new ArrayList<>();
        return new RequestBody(Yaml.parse(text, duplicates::add), duplicates);
    }
}
