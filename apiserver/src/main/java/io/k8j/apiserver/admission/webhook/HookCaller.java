package io.k8j.apiserver.admission.webhook;

import io.k8j.apiserver.admission.AdmissionMetrics;
import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.admission.HookUsers;
import io.k8j.apiserver.admission.WebhookClient;
import io.k8j.apiserver.admission.webhook.Hooks.Hook;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.GoQuote;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks one webhook about one request and says what came of it; counts it. */
final class HookCaller {
    private static final Logger LOG = LoggerFactory.getLogger(HookCaller.class);
    private static final int UNAVAILABLE = 503;

    private final WebhookClient client;
    private final AdmissionMetrics metrics;
    private final Time time;
    private final String type;

    /** @param type {@code admit} or {@code validating}, as metrics have it */
    HookCaller(AdmissionServices services, String type) {
        HookUsers users = type.equals("admit")
                ? services.settings().mutatingUsers()
                : services.settings().validatingUsers();
        this.client = new WebhookClient(services.services(), users);
        this.metrics = services.metrics();
        this.time = services.time();
        this.type = type;
    }

    /** What came of a question. */
    sealed interface Outcome {
        /** The request may go on. */
        record Allowed(Place response) implements Outcome {}

        /** The webhook, or something that it may not do, stops the request. */
        record Refused(ApiException why) implements Outcome {}

        /** There is no proper answer. @param code 4xx or 5xx that stands for it in metrics */
        record Failed(String why, int code, Exception cause) implements Outcome {
            String message(Hook hook) {
                return "failed calling webhook " + GoQuote.quote(hook.name()) + ": " + why;
            }
        }
    }

    /** Does something with an allowing answer before it counts as one. */
    @FunctionalInterface
    interface Use {
        Outcome of(Outcome.Allowed allowed);
    }

    /**
     * Asks.
     *
     * @param use what to do with an allowing answer
     * @return the response that allowed, or null if there was none and the webhook may be ignored
     * @throws ApiException if the request must not go on
     */
    Place ask(
            Hook hook,
            Matching.As as,
            AdmissionRequest request,
            Map<String, Object> object,
            Map<String, Object> old,
            String failedOpenKey,
            Use use) {
        long start = time.nanoTime();
        Outcome outcome = send(hook, as, request, object, old);
        if (outcome instanceof Outcome.Allowed allowed) outcome = use.of(allowed);
        long took = time.nanoTime() - start;
        var operation = request.operation();
        switch (outcome) {
            case Outcome.Allowed(Place response) -> {
                metrics.webhook(hook.name(), type, operation, false, 200, took);
                return response;
            }
            case Outcome.Refused(ApiException why) -> {
                boolean own = why.code() == 500;
                String error = own ? "apiserver_internal_error" : "no_error";
                metrics.rejection(hook.name(), type, operation, error, own ? 0 : why.code());
                metrics.webhook(hook.name(), type, operation, true, own ? 0 : why.code(), took);
                throw why;
            }
            case Outcome.Failed failed -> {
                boolean ignore = hook.ignoresFailures();
                LOG.atWarn()
                        .addKeyValue("webhook", hook.name())
                        .addKeyValue("ignored", ignore)
                        .setCause(failed.cause())
                        .log("webhook call failed");
                metrics.webhook(hook.name(), type, operation, !ignore, failed.code(), took);
                if (!ignore) {
                    metrics.rejection(hook.name(), type, operation, "calling_webhook_error", failed.code());
                    throw ApiException.internal(failed.message(hook));
                }
                metrics.failOpen(hook.name(), type);
                request.context().annotate(failedOpenKey, hook.name());
                return null;
            }
        }
    }

    private Outcome send(
            Hook hook, Matching.As as, AdmissionRequest request, Map<String, Object> object, Map<String, Object> old) {
        String effects = hook.place().text("sideEffects");
        if (request.context().dryRun() && !effects.equals("None") && !effects.equals("NoneOnDryRun")) {
            return new Outcome.Refused(ApiException.badRequest(
                    "admission webhook " + GoQuote.quote(hook.name()) + " does not support dry run"));
        }
        String version = Review.version(hook.place());
        if (version == null) {
            return new Outcome.Failed(
                    "could not create admission objects: webhook does not accept known AdmissionReview versions (v1,"
                            + " v1beta1)",
                    400,
                    null);
        }
        String uid = UUID.randomUUID().toString();
        Place response;
        try {
            Map<String, Object> question = Review.question(request, as, version, uid, object, old);
            Map<String, Object> answer = client.post(hook.place().field("clientConfig"), question, hook.timeout());
            response = Review.response(answer, version, uid, type.equals("admit"));
        } catch (IOException e) {
            return new Outcome.Failed("failed to call webhook: " + e.getMessage(), WebhookClient.codeOf(e), e);
        } catch (Review.InvalidException e) {
            return new Outcome.Failed("received invalid webhook response: " + e.getMessage(), UNAVAILABLE, e);
        }
        response.field("auditAnnotations").map().forEach((key, value) -> {
            if (value instanceof String text) request.context().annotate(hook.name() + "/" + key, text);
        });
        for (String warning : Review.warnings(response)) request.context().warn(warning);
        return response.isTrue("allowed")
                ? new Outcome.Allowed(response)
                : new Outcome.Refused(Review.denied(hook.name(), response.field("status")));
    }
}
