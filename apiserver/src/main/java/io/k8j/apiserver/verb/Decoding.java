package io.k8j.apiserver.verb;

import io.k8j.apiserver.resource.ObjectCodec;
import io.k8j.model.api.ApiException;
import io.k8j.model.json.ProblemOrder;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.schema.Schemas;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Decodes bodies with the strictness that the request asks for. */
public final class Decoding {
    private Decoding() {}

    /**
     * The body of a review or of a subresource that is created, such as a Binding: read as strictly as is asked for, in the
     * namespace of the request.
     *
     * @param kind what it must be; its group and version need not be those of the resource
     */
    public static Map<String, Object> created(Call call, Params params, GroupVersionKind kind) {
        RequestBody body = RequestBody.of(call.api().body());
        ObjectCodec.Decoded decoded = ObjectCodec.decode(kind, Schemas.kind(kind), null, body.tree(), true);
        report(call, kind, params, problems(call, body, decoded));
        Map<String, Object> tree = decoded.tree();
        String own = Trees.string(tree, "metadata", "namespace");
        if (own == null || own.isEmpty()) {
            if (!call.namespace().isEmpty()) Trees.set(tree, call.namespace(), "metadata", "namespace");
            return tree;
        }
        if (call.namespace().isEmpty()) Trees.remove(tree, "metadata", "namespace");
        else if (!own.equals(call.namespace())) {
            throw ApiException.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
        return tree;
    }

    /** A fresh tree in the request's version, with defaults. */
    static Map<String, Object> body(Call call, Params params) {
        RequestBody body = RequestBody.of(call.api().body());
        ObjectCodec.Decoded decoded = ObjectCodec.decode(call.resource(), body.tree());
        report(call, call.resource().gvk(), params, problems(call, body, decoded));
        return decoded.tree();
    }

    private static void report(Call call, GroupVersionKind kind, Params params, List<String> problems) {
        if (problems.isEmpty()) return;
        if (params.validation() == Params.Validation.WARN) call.warn(problems);
        if (params.validation() != Params.Validation.STRICT) return;
        throw ApiException.badRequest("%s in version \"%s\" cannot be handled as a %s: %s"
                .formatted(kind.kind(), kind.version(), kind.kind(), strict(problems)));
    }

    // Of custom resources upstream, too, finds duplicates first and unknown fields in a second step.
    private static List<String> problems(Call call, RequestBody body, ObjectCodec.Decoded decoded) {
        List<String> all = join(body.problems(), decoded.problems());
        boolean mixed = body.text() != null && !decoded.problems().isEmpty();
        return mixed && call.resource().custom() == null ? ProblemOrder.of(body.text(), all) : all;
    }

    static String strict(List<String> problems) {
        return "strict decoding error: " + String.join(", ", inSentence(problems));
    }

    /** What the YAML parser found comes as one error of several lines, everything else as it is. */
    static List<String> inSentence(List<String> problems) {
        List<String> lines =
                problems.stream().filter(p -> p.matches("line \\d+: key .*")).toList();
        if (lines.isEmpty()) return problems;
        List<String> all = new ArrayList<>();
        all.add("yaml: unmarshal errors:\n  " + String.join("\n  ", lines));
        problems.stream().filter(p -> !lines.contains(p)).forEach(all::add);
        return all;
    }

    static List<String> join(List<String> first, List<String> second) {
        if (first.isEmpty()) return second;
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    /** A Status that tells of success. */
    static Map<String, Object> success(Map<String, Object> details) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("kind", "Status");
        status.put("apiVersion", "v1");
        status.put("metadata", new LinkedHashMap<>());
        status.put("status", "Success");
        status.put("details", details);
        return status;
    }
}
