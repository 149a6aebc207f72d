package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.apiserver.validation.QosClass;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Pods get the tolerations of their namespace or the cluster's, and no others than those allow.
 *
 * @param defaults of the cluster
 * @param allowed in the cluster; empty allows all
 */
record PodTolerations(ObjectReader reader, List<Object> defaults, List<Object> allowed) implements AdmissionPlugin {
    private static final String DEFAULTS = "scheduler.alpha.kubernetes.io/defaultTolerations";
    private static final String ALLOWED = "scheduler.alpha.kubernetes.io/tolerationsWhitelist";
    private static final Map<String, Object> UNDER_MEMORY_PRESSURE =
            Map.of("key", "node.kubernetes.io/memory-pressure", "operator", "Exists", "effect", "NoSchedule");

    @Override
    public String name() {
        return "PodTolerationRestriction";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return Ask.isFor(request, "pods", Operation.CREATE, Operation.UPDATE);
    }

    @Override
    public void mutate(AdmissionRequest request) {
        List<Object> all = new ArrayList<>();
        List<Object> own = Trees.list(request.object(), "spec", "tolerations");
        if (request.operation() == Operation.CREATE) {
            List<Object> given = ofNamespace(request, DEFAULTS);
            all.addAll(given == null ? defaults : given);
        }
        if (!QosClass.of(Ask.object(request).field("spec")).equals("BestEffort")) all.add(UNDER_MEMORY_PRESSURE);
        if (!all.isEmpty()) {
            all.addAll(own);
            Trees.set(request.object(), merged(all), "spec", "tolerations");
        }
        validate(request);
    }

    @Override
    public void validate(AdmissionRequest request) {
        List<Object> own = Trees.list(request.object(), "spec", "tolerations");
        if (own.isEmpty()) return;
        List<Object> given = ofNamespace(request, ALLOWED);
        List<Object> limits = given == null ? allowed : given;
        if (limits.isEmpty()) return;
        for (Object toleration : own) {
            if (limits.stream().noneMatch(limit -> covers(limit, toleration))) {
                throw fault(
                        "pod tolerations (possibly merged with namespace default tolerations) conflict with its %s whitelist"
                                .formatted(given == null ? "cluster" : "namespace"));
            }
        }
    }

    /** What an annotation of the namespace lists; null if it has none. */
    private List<Object> ofNamespace(AdmissionRequest request, String annotation) {
        String name = Ask.namespace(request);
        ApiObject namespace =
                reader.get(Ask.NAMESPACES, "", name).orElseThrow(() -> ApiException.notFound(Ask.NAMESPACES, name));
        String text = Trees.string(namespace.tree(), "metadata", "annotations", annotation);
        if (text == null) return null;
        if (text.isEmpty()) return List.of();
        try {
            Object parsed = Json.parse(text);
            if (parsed instanceof List<?> list && list.stream().allMatch(Map.class::isInstance)) {
                return new ArrayList<>(list);
            }
            throw fault("json: cannot unmarshal %s into Go value of type []v1.Toleration"
                    .formatted(parsed instanceof List<?> list ? firstOther(list) : goName(parsed)));
        } catch (JsonException e) {
            throw fault(e.getMessage());
        }
    }

    /** Upstream gives its reasons without a code, which makes an error of the server of them. */
    private static ApiException fault(String why) {
        return new ApiException(500, "", why, null);
    }

    private static String firstOther(List<?> list) {
        return list.stream()
                .filter(item -> !(item instanceof Map))
                .map(PodTolerations::goName)
                .findFirst()
                .orElse("");
    }

    private static String goName(Object json) {
        return switch (json) {
            case Map<?, ?> _ -> "object";
            case List<?> _ -> "array";
            case String _ -> "string";
            case Boolean _ -> "bool";
            case null, default -> "number";
        };
    }

    /** Without those that others cover; of equal ones the first stays. */
    static List<Object> merged(List<Object> all) {
        List<Object> kept = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            Object one = all.get(i);
            boolean covered = kept.stream().anyMatch(other -> covers(other, one))
                    || all.subList(i + 1, all.size()).stream()
                            .anyMatch(other -> !Trees.deepEquals(one, other) && covers(other, one));
            if (!covered) kept.add(one);
        }
        return kept;
    }

    /** Whether whatever the second tolerates is tolerated by the first. */
    static boolean covers(Object wide, Object narrow) {
        Place w = Place.of(wide);
        Place n = Place.of(narrow);
        if (Trees.deepEquals(wide, narrow)) return true;
        boolean anyKey = w.text("key").isEmpty() && w.text("operator").equals("Exists");
        if (!w.text("key").equals(n.text("key")) && !anyKey) return false;
        if (!w.text("effect").equals(n.text("effect")) && !w.text("effect").isEmpty()) return false;
        if (w.text("effect").equals("NoExecute") && w.field("tolerationSeconds").present()) {
            if (n.field("tolerationSeconds").absent()) return false;
            if (n.number("tolerationSeconds") > w.number("tolerationSeconds")) return false;
        }
        return switch (w.text("operator")) {
            case "Equal", "" ->
                n.text("operator").equals("Equal") && w.text("value").equals(n.text("value"));
            case "Exists" -> true;
            default -> false;
        };
    }
}
