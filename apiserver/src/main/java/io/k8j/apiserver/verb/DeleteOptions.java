package io.k8j.apiserver.verb;

import io.k8j.apiserver.audit.AuditEvent;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
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
                    + " \"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:32\"");
        }
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

    private static Map<String, Object> query(ApiCall call) {
        Map<String, Object> tree = new LinkedHashMap<>();
        Map<String, String> query = call.query();
        String grace = query.getOrDefault("gracePeriodSeconds", "");
        if (!grace.isEmpty()) {
            try {
                tree.put("gracePeriodSeconds", Long.parseLong(grace));
            } catch (NumberFormatException e) {
                throw ApiException.badRequest("strconv.ParseInt: parsing \"" + grace + "\": invalid syntax");
            }
        }
        String propagation = query.getOrDefault("propagationPolicy", "");
        if (!propagation.isEmpty()) tree.put("propagationPolicy", propagation);
        String orphan = query.getOrDefault("orphanDependents", "");
        if (!orphan.isEmpty()) tree.put("orphanDependents", orphan.equals("true") || orphan.equals("1"));
        String dryRun = query.getOrDefault("dryRun", "");
        if (!dryRun.isEmpty()) tree.put("dryRun", List.of(dryRun));
        return tree;
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
