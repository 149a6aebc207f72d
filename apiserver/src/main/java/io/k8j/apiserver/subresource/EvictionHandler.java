package io.k8j.apiserver.subresource;

import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.cache.Selection;
import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.verb.Admission;
import io.k8j.apiserver.verb.Call;
import io.k8j.apiserver.verb.Decoding;
import io.k8j.apiserver.verb.Handler;
import io.k8j.apiserver.verb.ObjectEditor;
import io.k8j.apiserver.verb.Params;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.selector.LabelSelector;
import io.k8j.model.selector.SelectorException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** POST of {@code pods/eviction}: deletes a Pod if its PodDisruptionBudget allows that now. */
public final class EvictionHandler implements Handler {
    private static final GroupVersionKind EVICTION = new GroupVersionKind("policy", "v1", "Eviction");
    private static final GroupVersionResource BUDGETS =
            new GroupVersionResource("policy", "v1", "poddisruptionbudgets");
    private static final String VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget.";
    private static final int MAX_DISRUPTED = 2000;

    private final StoredResource budgets;
    private final ObjectEditor editor;
    private final Admission admission;
    private final Handler podDeletion;

    public EvictionHandler(StoredResource budgets, ObjectEditor editor, Admission admission, Handler podDeletion) {
        this.budgets = budgets;
        this.editor = editor;
        this.admission = admission;
        this.podDeletion = podDeletion;
    }

    @Override
    public ApiResponse handle(Call call) {
        Params params = Params.create(call.api());
        Map<String, Object> eviction = Decoding.created(call, params, EVICTION);
        String name = Trees.string(eviction, "metadata", "name");
        if (!call.name().equals(name)) {
            throw ApiException.badRequest("name in URL does not match name in Eviction object");
        }
        CachedObject current = call.storage().cache().get(call.key());
        if (current == null) throw call.notFound();
        Map<String, Object> pod = Json.parseObject(current.object().json());
        admission.check(new AdmissionRequest(
                call.context(), AdmissionRequest.Operation.CREATE, EVICTION, eviction, null, params.tree()));
        Map<String, Object> options = new LinkedHashMap<>(Trees.map(eviction, "deleteOptions"));
        boolean dryRun = params.dryRun() || !Trees.list(options, "dryRun").isEmpty();
        if (!ignoresBudgets(pod)) {
            checkBudgets(call, pod, dryRun);
            if (!dryRun) markTarget(call);
        }
        options.put("kind", "DeleteOptions");
        options.put("apiVersion", "v1");
        if (dryRun) options.put("dryRun", List.of("All"));
        ApiCall deletion = new ApiCall(
                Verb.DELETE, call.api().resource(), call.namespace(), call.name(), "", Map.of(), null, options);
        podDeletion.handle(new Call(deletion, call.resource(), call.context(), call.agent()));
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("kind", "Status");
        status.put("apiVersion", "v1");
        status.put("metadata", new LinkedHashMap<>());
        status.put("status", "Success");
        status.put("code", 201L);
        return call.answerAsIs(201, ApiObject.ofJson(Json.write(status)));
    }

    private void markTarget(Call call) {
        editor.edit(
                call.storage(),
                call.key(),
                false,
                pod -> Conditions.set(
                        pod,
                        "DisruptionTarget",
                        "True",
                        "EvictionByEvictionAPI",
                        "Eviction API: evicting",
                        call.context().now()));
    }

    // A Pod that does not run or is leaving anyhow costs nobody a replica.
    private static boolean ignoresBudgets(Map<String, Object> pod) {
        String phase = Trees.string(pod, "status", "phase");
        return "Succeeded".equals(phase)
                || "Failed".equals(phase)
                || "Pending".equals(phase)
                || Trees.get(pod, "metadata", "deletionTimestamp") != null;
    }

    private void checkBudgets(Call call, Map<String, Object> pod, boolean dryRun) {
        List<CachedObject> matching = new ArrayList<>();
        Selection all = Selection.all(call.namespace());
        budgets.cache().snapshot().objects().visit(all.from(), all.to(), budget -> {
            if (matches(budget, pod)) matching.add(budget);
            return true;
        });
        if (matching.isEmpty()) return;
        if (matching.size() > 1) {
            throw new ApiException(
                    500,
                    "",
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
                    null);
        }
        CachedObject budget = matching.getFirst();
        if (isFreeOfBudget(pod, Json.parseObject(budget.object().json()))) return;
        editor.edit(budgets, budget.key(), dryRun, tree -> take(call, tree));
    }

    private static boolean matches(CachedObject budget, Map<String, Object> pod) {
        Map<String, Object> tree = Json.parseObject(budget.object().json());
        if (!(Trees.get(tree, "spec", "selector") instanceof Map<?, ?> selector)) return false;
        try {
            return LabelSelector.of(Trees.asMap(selector)).matches(Trees.map(pod, "metadata", "labels"));
        } catch (SelectorException e) {
            return false; // a selector that cannot be understood protects nothing, as upstream
        }
    }

    /** A Pod that is not ready may go if the budget says so, or if enough others are healthy. */
    private static boolean isFreeOfBudget(Map<String, Object> pod, Map<String, Object> budget) {
        if (Conditions.is(pod, "Ready", "True")) return false;
        if ("AlwaysAllow".equals(Trees.string(budget, "spec", "unhealthyPodEvictionPolicy"))) return true;
        long healthy = number(budget, "currentHealthy");
        long desired = number(budget, "desiredHealthy");
        return healthy >= desired && desired > 0;
    }

    private static void take(Call call, Map<String, Object> budget) {
        String name = Trees.string(budget, "metadata", "name");
        Long generation = Trees.integer(budget, "metadata", "generation");
        if (number(budget, "observedGeneration") < (generation == null ? 0 : generation)) {
            throw tooMany("The disruption budget " + name + " is still being processed by the server.", 10);
        }
        long allowed = number(budget, "disruptionsAllowed");
        if (allowed < 0) {
            throw ApiException.forbidden(BUDGETS, name, "pdb disruptions allowed is negative");
        }
        Map<String, Object> disrupted = new LinkedHashMap<>(Trees.map(budget, "status", "disruptedPods"));
        if (disrupted.size() > MAX_DISRUPTED) {
            throw ApiException.forbidden(
                    BUDGETS, name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
        }
        if (allowed == 0) {
            throw tooMany(
                    "The disruption budget %s needs %d healthy pods and has %d currently"
                            .formatted(name, number(budget, "desiredHealthy"), number(budget, "currentHealthy")),
                    0);
        }
        Trees.set(budget, allowed - 1, "status", "disruptionsAllowed");
        disrupted.put(call.name(), SystemFields.time(call.context().now()));
        Trees.set(budget, disrupted, "status", "disruptedPods");
        if (allowed == 1) {
            Conditions.set(
                    budget,
                    "DisruptionAllowed",
                    "False",
                    "InsufficientPods",
                    "",
                    call.context().now());
        }
    }

    private static ApiException tooMany(String why, int retryAfterSeconds) {
        Map<String, Object> cause = new LinkedHashMap<>();
        cause.put("reason", "DisruptionBudget");
        cause.put("message", why);
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("causes", List.of(cause));
        if (retryAfterSeconds > 0) details.put("retryAfterSeconds", (long) retryAfterSeconds);
        return new ApiException(429, "TooManyRequests", VIOLATES, details);
    }

    private static long number(Map<String, Object> budget, String field) {
        Long value = Trees.integer(budget, "status", field);
        return value == null ? 0 : value;
    }
}
