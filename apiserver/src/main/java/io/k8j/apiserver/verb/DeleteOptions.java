package io.k8j.apiserver.verb;

import io.k8j.apiserver.audit.AuditEvent;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.schema.Schemas;
import io.k8j.model.schema.StrictDecoder;
import io.k8j.model.schema.WrongTypeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The options of a deletion, from the body or, without one, from the query.
 *
 * @param graceSeconds null if the client asked for nothing
 * @param propagation {@code Foreground}, {@code Background}, {@code Orphan} or null
 * @param orphanDependents the older form of propagation; null if not given
 * @param uid wanted uid, or null
 * @param resourceVersion wanted version, or null
 * @param tree as admission sees them
 */
record DeleteOptions(
        Long graceSeconds,
        String propagation,
        Boolean orphanDependents,
        String uid,
        String resourceVersion,
        boolean dryRun,
        Map<String, Object> tree) {
    private static final GroupVersionKind KIND = new GroupVersionKind("", "v1", "DeleteOptions");

    static DeleteOptions read(ApiCall call) {
        Object body = RequestBody.of(call.body()).tree();
        Map<String, Object> tree = body instanceof Map<?, ?> map ? new LinkedHashMap<>(Trees.asMap(map)) : query(call);
        if (body != null && !(body instanceof Map<?, ?>)) {
            throw ApiException.badRequest("couldn't get version/kind; json parse error: json: cannot unmarshal into Go"
                    + " value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string"
                    + " \"json:\\\"kind,omitempty\\\"\" }");
        }
        Object kind = tree.get("kind");
        if (kind instanceof String k && !k.isEmpty() && !k.equals("DeleteOptions")) {
            throw ApiException.badRequest("no kind \"%s\" is registered for version \"%s\" in scheme"
                            .formatted(k, tree.getOrDefault("apiVersion", ""))
                    + " \"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27\"");
        }
        if (body != null) tree = checked(tree);
        tree.put("kind", "DeleteOptions");
        tree.put("apiVersion", "meta.k8s.io/v1");
        AuditEvent recorded = AuditEvent.current();
        if (recorded != null && body != null) recorded.requestObject(tree);
        DeleteOptions options = new DeleteOptions(
                Trees.integer(tree, "gracePeriodSeconds"),
                tree.get("propagationPolicy") instanceof String s ? s : null,
                tree.get("orphanDependents") instanceof Boolean b ? b : null,
                Trees.string(tree, "preconditions", "uid"),
                Trees.string(tree, "preconditions", "resourceVersion"),
                !Trees.list(tree, "dryRun").isEmpty(),
                tree);
        options.check();
        return options;
    }

    /** The options of a body, whose fields must have their types; what is unknown is left out. */
    private static Map<String, Object> checked(Map<String, Object> tree) {
        try {
            return StrictDecoder.decode(Schemas.kind(KIND), tree).object();
        } catch (WrongTypeException e) {
            throw ApiException.badRequest(e.getMessage());
        }
    }

    private static Map<String, Object> query(ApiCall call) {
        Map<String, Object> tree = new LinkedHashMap<>();
        Map<String, String> query = call.query();
        String grace = query.get("gracePeriodSeconds");
        if (grace != null) tree.put("gracePeriodSeconds", Params.number(grace));
        String propagation = query.getOrDefault("propagationPolicy", "");
        if (!propagation.isEmpty()) tree.put("propagationPolicy", propagation);
        String orphan = query.get("orphanDependents");
        if (orphan != null) tree.put("orphanDependents", Params.flag(orphan));
        String dryRun = query.get("dryRun");
        if (dryRun != null) tree.put("dryRun", List.of(dryRun));
        for (String condition : List.of("uid", "resourceVersion")) {
            String wanted = query.getOrDefault(condition, "");
            if (!wanted.isEmpty()) Trees.set(tree, wanted, "preconditions", condition);
        }
        return tree;
    }

    /** Warns who does not say what is to become of dependents, where that matters. */
    void warn(Call call) {
        String warning = call.storage().strategy().propagationWarning();
        if (warning != null && propagation == null && orphanDependents == null) call.warn(List.of(warning));
    }

    private void check() {
        List<FieldError> errors = new ArrayList<>(0);
        if (orphanDependents != null && propagation != null) {
            errors.add(FieldError.invalid(
                    "propagationPolicy", propagation, "orphanDependents and deletionPropagation cannot be both set"));
        }
        List<String> known = List.of("Foreground", "Background", "Orphan");
        if (propagation != null && !known.contains(propagation)) {
            errors.add(FieldError.notSupported(
                    "propagationPolicy", propagation, List.of("Foreground", "Background", "Orphan", "nil")));
        }
        for (Object value : Trees.list(tree, "dryRun")) errors.addAll(Params.dryRunErrors(String.valueOf(value)));
        if (!errors.isEmpty()) {
            throw ApiException.invalid(new GroupVersionKind("meta.k8s.io", "v1", "DeleteOptions"), "", errors);
        }
    }

    /** The same without a wanted version, for the second half of a deletion whose first half made a new one. */
    DeleteOptions withResourceVersion(String version) {
        return new DeleteOptions(graceSeconds, propagation, orphanDependents, uid, version, dryRun, tree);
    }
}
