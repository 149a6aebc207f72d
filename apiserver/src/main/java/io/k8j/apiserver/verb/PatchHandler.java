package io.k8j.apiserver.verb;

import io.k8j.apiserver.audit.AuditEvent;
import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.resource.ObjectCodec;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.patch.JsonPatch;
import io.k8j.model.patch.MergePatch;
import io.k8j.model.patch.PatchException;
import io.k8j.model.patch.StrategicMergePatch;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.schema.ConversionWords;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import io.k8j.model.schema.WrongTypeException;
import io.k8j.model.validation.GoText;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** PATCH in its four kinds, of an object or of a subresource that has the object's own kind. */
public final class PatchHandler implements Handler {
    static final String JSON = "application/json-patch+json";
    static final String MERGE = "application/merge-patch+json";
    static final String STRATEGIC = "application/strategic-merge-patch+json";

    private static final int ATTEMPTS = 6; // the first and upstream's five repetitions

    private final UpdateFlow flow;
    private final UpdateRules rules;
    private final Consumer<Call> authorizeCreate;

    public PatchHandler(UpdateFlow flow, UpdateRules rules, Consumer<Call> authorizeCreate) {
        this.flow = flow;
        this.rules = rules;
        this.authorizeCreate = authorizeCreate;
    }

    @Override
    public ApiResponse handle(Call call) {
        boolean custom = call.resource().custom() != null;
        String type = checkType(call.api().contentType(), !custom);
        Params params = Params.patch(call.api());
        RequestBody patch = RequestBody.of(call.api().body());
        AuditEvent recorded = AuditEvent.current();
        if (recorded != null && patch.fault() == null) recorded.requestPatch(patch.tree());
        boolean apply = type.equals(Params.APPLY);
        boolean mayCreate = rules == MainRules.RULES && apply
                || rules == MainRules.RULES && call.storage().strategy().allowCreateOnUpdate();
        UpdateFlow.Plan plan = new UpdateFlow.Plan(rules, mayCreate, authorizeCreate, params, ATTEMPTS, false);
        UpdateFlow.Outcome outcome = flow.update(call, plan, current -> {
            Map<String, Object> object =
                    apply ? applied(call, patch, params, current) : patched(call, type, patch, params, current);
            UpdateHandler.checkName(call, SystemFields.metadata(object));
            return object;
        });
        return call.answer(outcome.created() ? 201 : 200, outcome.object());
    }

    /** The media type without parameters, if it is one of a patch. */
    public static String checkType(String contentType, boolean strategic) {
        String type = contentType == null ? "" : contentType;
        int semicolon = type.indexOf(';');
        if (semicolon > 0) type = type.substring(0, semicolon);
        List<String> known =
                strategic ? List.of(JSON, MERGE, STRATEGIC, Params.APPLY) : List.of(JSON, MERGE, Params.APPLY);
        if (!known.contains(type)) throw ApiException.unsupportedMediaType(known);
        return type;
    }

    private static Map<String, Object> applied(
            Call call, RequestBody patch, Params params, Map<String, Object> current) {
        Map<String, Object> object = FieldOwnership.apply(call, current, configuration(patch.tree()), params);
        if (!patch.problems().isEmpty() && params.validation() == Params.Validation.STRICT) {
            throw ApiException.badRequest("error strict decoding YAML: error converting YAML to JSON: "
                    + String.join(", ", Decoding.inSentence(patch.problems())));
        }
        if (params.validation() == Params.Validation.WARN) call.warn(patch.problems());
        return object;
    }

    /** The map that an applied configuration must be; nothing at all is an empty one. */
    public static Map<String, Object> configuration(Object tree) {
        if (tree == null) return new LinkedHashMap<>();
        if (tree instanceof Map<?, ?> map) return Trees.asMap(map);
        throw ApiException.badRequest("error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot"
                + " unmarshal " + goType(tree) + " into Go value of type map[string]interface {}");
    }

    private static String goType(Object tree) {
        return switch (tree) {
            case List<?> _ -> "array";
            case String _ -> "string";
            case Boolean _ -> "bool";
            case Number _ -> "number";
            case null, default -> "null";
        };
    }

    private static Map<String, Object> patched(
            Call call, String type, RequestBody patch, Params params, Map<String, Object> current) {
        if (current == null) throw call.notFound();
        if (params.validation() != Params.Validation.IGNORE) checkShape(type, patch.tree());
        Map<String, Object> result = merge(call.resource().schema(), type, patch.tree(), current);
        List<String> problems = patch.problems();
        if (type.equals(JSON)) problems = ofOperations(problems, JsonPatch.unknownFields(patch.tree()));
        boolean strategic = type.equals(STRATEGIC);
        if (strategic) { // becomes an object without a look at its kind
            result.put("kind", call.resource().gvk().kind());
            result.put("apiVersion", call.resource().gvk().apiVersion());
        }
        ObjectCodec.Decoded decoded;
        try {
            decoded = strategic
                    ? ObjectCodec.decode(call.resource(), result)
                    : ObjectCodec.decodePatched(call.resource(), PatchedText.inOrder(patch.tree(), result));
        } catch (WrongTypeException e) {
            throw invalid(strategic, patch, result, e.getMessage());
        } catch (ApiException e) {
            if (e.code() == 422) throw e;
            String misfit = strategic ? ConversionWords.misfit(call.resource().schema(), result) : e.getMessage();
            if (misfit != null) throw invalid(strategic, patch, result, misfit);
            decoded = ObjectCodec.decode(
                    call.resource(), ConversionWords.wrapped(call.resource().schema(), result));
        }
        problems = Decoding.join(problems, decoded.problems());
        if (!problems.isEmpty()) {
            if (params.validation() == Params.Validation.STRICT)
                throw invalid(strategic, patch, result, Decoding.strict(problems));
            if (params.validation() == Params.Validation.WARN) call.warn(problems);
        }
        Map<String, Object> object = decoded.tree();
        FieldOwnership.update(call, current, object, params.managerOr(call.agent()));
        return object;
    }

    /** What is odd about the operations, in their order. */
    private static List<String> ofOperations(List<String> duplicates, List<String> unknown) {
        return Decoding.join(duplicates, unknown).stream()
                .sorted(Comparator.comparingInt(PatchHandler::operation))
                .map(problem -> "json patch " + problem)
                .toList();
    }

    private static int operation(String problem) {
        int start = problem.indexOf('[');
        int end = problem.indexOf(']');
        return start < 0 || end < 0 ? 0 : Integer.parseInt(problem.substring(start + 1, end));
    }

    /** Looks at the patch itself, as upstream does unless the client asked for no validation of fields. */
    private static void checkShape(String type, Object patch) {
        try {
            if (type.equals(JSON)) JsonPatch.checkShape(patch);
        } catch (PatchException e) {
            throw answer(e);
        }
        if (type.equals(MERGE) && patch != null && !(patch instanceof Map)) {
            throw ApiException.badRequest("error decoding patch: json: cannot unmarshal " + goType(patch)
                    + " into Go value of type map[string]interface {}");
        }
    }

    /** Applies a patch to any tree, in upstream's words when it cannot. */
    public static Map<String, Object> merge(Schema schema, String type, Object patch, Map<String, Object> current) {
        try {
            return switch (type) {
                case JSON -> JsonPatch.parse(patch).apply(current);
                case MERGE -> MergePatch.apply(current, patch);
                default -> {
                    if (!(patch instanceof Map<?, ?> map)) {
                        throw ApiException.badRequest("json: cannot unmarshal " + goType(patch)
                                + " into Go value of type map[string]interface {}");
                    }
                    yield StrategicMergePatch.apply(current, Trees.asMap(map), schema);
                }
            };
        } catch (PatchException e) {
            throw answer(e);
        }
    }

    private static ApiException answer(PatchException e) {
        return switch (e.kind()) {
            case BAD_REQUEST -> ApiException.badRequest(e.getMessage());
            case TOO_LARGE -> ApiException.tooLarge(e.getMessage());
            default ->
                new ApiException(
                        e.kind().code(),
                        e.kind().code() == 422 ? "Invalid" : "",
                        e.kind().code() == 422
                                ? "the server rejected our request due to an error in our request"
                                : e.getMessage(),
                        e.kind().code() == 422 ? new LinkedHashMap<>() : null);
        };
    }

    /**
     * Refuses what a patch has made of an object that is not stored as such.
     *
     * @return the same as it can be decoded
     * @throws ApiException 422 if it is none of that kind
     */
    public static Map<String, Object> checkMade(
            String type, Object patch, Map<String, Object> made, GroupVersionKind kind) {
        boolean strategic = type.equals(STRATEGIC);
        Schema schema = Schemas.kind(kind);
        RequestBody body = RequestBody.of(patch);
        Map<String, Object> ordered = strategic ? made : PatchedText.inOrder(body.tree(), made);
        String why = strategic ? ConversionWords.misfit(schema, made) : ObjectCodec.wrongKind(kind, schema, ordered);
        if (why != null) throw invalid(strategic, body, made, why);
        if (!strategic) return made;
        Map<String, Object> cut = Trees.asMap((Map<?, ?>) ConversionWords.wrapped(schema, made));
        cut.put("kind", kind.kind());
        cut.put("apiVersion", kind.apiVersion());
        return cut;
    }

    /** Upstream shows a strategic merge patch itself, of the others what they made. */
    private static ApiException invalid(boolean strategic, RequestBody patch, Map<String, Object> patched, String why) {
        return ApiException.invalid(
                new GroupVersionKind("", "", ""),
                "",
                List.of(FieldError.invalid(
                        "patch",
                        strategic
                                ? GoText.format(StrategicMergePatch.withoutDirectives(patch.tree()))
                                : PatchedText.of(patch.tree(), patched),
                        why)));
    }
}
