package io.k8j.apiserver.admission.webhook;

import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.admission.expression.AdmissionEnvironment;
import io.k8j.apiserver.admission.expression.Conditions;
import io.k8j.apiserver.admission.expression.Conditions.Verdict;
import io.k8j.apiserver.admission.expression.Evaluation;
import io.k8j.apiserver.admission.expression.RequestView;
import io.k8j.apiserver.admission.webhook.Hooks.Hook;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.cel.Limits;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The conditions in CEL under which a webhook is asked at all. Compiled once for each state of a configuration. */
final class MatchConditions {
    private static final int MAX_KEPT = 1000;

    private final AdmissionServices services;
    private final String type;
    private final Map<List<String>, Conditions> compiled = new ConcurrentHashMap<>(); // by the texts

    /** Made on first use: many clusters have no conditions at all. */
    private static final class Engine {
        private static final AdmissionEnvironment ENVIRONMENT =
                AdmissionEnvironment.of(AdmissionEnvironment.Options.WEBHOOK, null);
    }

    MatchConditions(AdmissionServices services, String type) {
        this.services = services;
        this.type = type;
    }

    /**
     * Whether all conditions hold.
     *
     * @param converted the new object in the version that the webhook sees
     */
    boolean hold(
            Hook hook, AdmissionRequest request, Matching.As as, Function<Matching.As, Map<String, Object>> converted) {
        List<Place> places = hook.place().field("matchConditions").items();
        if (places.isEmpty()) return true;
        long start = services.time().nanoTime();
        RequestView view = new RequestView(request, services);
        Map<String, Object> values = view.values(as, converted.apply(as), false);
        view.addAuthorizer(values);
        Verdict verdict = conditions(places).evaluate(new Evaluation(values, null, Limits.MATCH_CONDITIONS_BUDGET));
        services.metrics()
                .conditions(
                        hook.name(),
                        "webhook",
                        type,
                        request.operation(),
                        services.time().nanoTime() - start);
        return switch (verdict) {
            case Verdict.Match match -> true;
            case Verdict.NoMatch no -> excluded(hook, request);
            case Verdict.Failed(String message) -> {
                services.metrics().conditionError(hook.name(), "webhook", type, request.operation());
                if (!hook.ignoresFailures()) throw Ask.forbidden(request, message);
                yield excluded(hook, request);
            }
        };
    }

    private boolean excluded(Hook hook, AdmissionRequest request) {
        services.metrics().exclusion(hook.name(), "webhook", type, request.operation());
        return false;
    }

    private Conditions conditions(List<Place> places) {
        List<String> texts = places.stream().map(p -> p.text("expression")).toList();
        if (compiled.size() > MAX_KEPT) compiled.clear(); // those of configurations that are gone
        return compiled.computeIfAbsent(
                texts,
                all -> new Conditions(all.stream()
                        .map(text -> Engine.ENVIRONMENT.compile(text, "bool"))
                        .toList()));
    }
}
