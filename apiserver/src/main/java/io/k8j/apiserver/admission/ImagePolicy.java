package io.k8j.apiserver.admission;

import io.k8j.apiserver.http.ReviewWebhook;
import io.k8j.apiserver.http.WebhookEndpoint;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a webhook whether the images of a Pod may be used. Off by default; does nothing without a configuration. */
public final class ImagePolicy implements AdmissionPlugin {
    private static final Logger LOG = LoggerFactory.getLogger(ImagePolicy.class);
    private static final String AUDIT = "imagepolicywebhook.image-policy.k8s.io/";
    private static final String FAILED_OPEN = "alpha.image-policy.k8s.io/failed-open";
    private static final Duration ATTEMPT = Duration.ofSeconds(30);
    private static final int MOST_ANSWERS = 1024;

    /**
     * What the configuration file says under {@code imagePolicy}.
     *
     * @param allowFor how long an approval is remembered
     * @param denyFor how long a refusal is
     * @param pause before the second attempt
     * @param allowOnFailure whether images may be used while the webhook cannot be asked
     */
    public record Settings(
            WebhookEndpoint endpoint, Duration allowFor, Duration denyFor, Duration pause, boolean allowOnFailure) {}

    private record Answer(Map<String, Object> status, long until) {}

    private final Settings settings; // null if there is no configuration
    private final ReviewWebhook webhook; // null like it
    private final Time time;

    @SuppressWarnings("serial") // never serialized
    private final Map<String, Answer> known = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
            return size() > MOST_ANSWERS;
        }
    }; // guarded by itself

    ImagePolicy(Settings settings, Time time) {
        this.settings = settings;
        this.webhook = settings == null ? null : new ReviewWebhook(settings.endpoint(), ATTEMPT, settings.pause());
        this.time = time;
    }

    @Override
    public String name() {
        return "ImagePolicyWebhook";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return settings != null
                && (Ask.isFor(request, "pods", Operation.CREATE, Operation.UPDATE)
                        || Ask.isFor(request, "pods", "ephemeralcontainers", Operation.UPDATE));
    }

    @Override
    public void validate(AdmissionRequest request) {
        Map<String, Object> spec = question(request);
        String key = new String(Json.write(spec), StandardCharsets.UTF_8);
        Map<String, Object> status = remembered(key);
        if (status == null) {
            try {
                status = asked(spec);
            } catch (IOException e) {
                failed(request, e);
                return;
            }
            remember(key, status);
        }
        Trees.map(status, "auditAnnotations")
                .forEach((name, value) -> request.context().annotate(AUDIT + name, String.valueOf(value)));
        if (Trees.isTrue(status, "allowed")) return;
        String reason = Trees.string(status, "reason");
        throw Ask.forbidden(
                request,
                reason == null || reason.isEmpty()
                        ? "one or more images rejected by webhook backend"
                        : "image policy webhook backend denied one or more images: " + reason);
    }

    private void failed(AdmissionRequest request, IOException why) {
        LOG.atWarn()
                .addKeyValue("allowed", settings.allowOnFailure())
                .setCause(why)
                .log("image policy not asked");
        if (!settings.allowOnFailure()) throw Ask.forbidden(request, String.valueOf(why.getMessage()));
        request.context().annotate(AUDIT + "failed-open", "true");
        Trees.set(request.object(), "true", "metadata", "annotations", FAILED_OPEN);
    }

    private Map<String, Object> asked(Map<String, Object> spec) throws IOException {
        Map<String, Object> review = new LinkedHashMap<>();
        review.put("kind", "ImageReview");
        review.put("apiVersion", "imagepolicy.k8s.io/v1alpha1");
        review.put("metadata", new LinkedHashMap<>());
        review.put("spec", spec);
        review.put("status", new LinkedHashMap<>(Map.of("allowed", false)));
        return Trees.map(webhook.ask(review), "status");
    }

    private static Map<String, Object> question(AdmissionRequest request) {
        Place pod = Ask.object(request);
        List<String> lists = Ask.subresource(request).isEmpty()
                ? List.of("containers", "initContainers")
                : List.of("ephemeralContainers");
        List<Object> containers = new ArrayList<>();
        for (String list : lists) {
            for (Place container : pod.at("spec", list).items()) {
                containers.add(new LinkedHashMap<>(Map.of("image", container.text("image"))));
            }
        }
        Map<String, Object> annotations = new LinkedHashMap<>();
        pod.at("metadata", "annotations").map().forEach((name, value) -> {
            if (name.contains(".image-policy.k8s.io/")) annotations.put(name, value);
        });
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("containers", containers);
        if (!annotations.isEmpty()) spec.put("annotations", annotations);
        spec.put("namespace", Ask.namespace(request));
        return spec;
    }

    private Map<String, Object> remembered(String key) {
        synchronized (known) {
            Answer answer = known.get(key);
            return answer == null || answer.until - time.nanoTime() <= 0 ? null : answer.status;
        }
    }

    private void remember(String key, Map<String, Object> status) {
        Duration span = Trees.isTrue(status, "allowed") ? settings.allowFor() : settings.denyFor();
        if (span.isZero()) return;
        synchronized (known) {
            known.put(key, new Answer(status, time.nanoTime() + span.toNanos()));
        }
    }
}
