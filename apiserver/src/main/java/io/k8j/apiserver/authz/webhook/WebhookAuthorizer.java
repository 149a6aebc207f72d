package io.k8j.apiserver.authz.webhook;

import io.k8j.apiserver.http.ReviewWebhook;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.RuleResolver;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.json.Trees;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks another server, and remembers its answers for a while. A question may block for as long as the other server takes.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/webhook/">Webhook mode</a>
 */
public final class WebhookAuthorizer implements Authorizer, RuleResolver, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookAuthorizer.class);
    private static final int REMEMBERED = 8192;
    /** Wishes with longer words than anybody needs are not remembered: they may be meant to fill the memory. */
    private static final int LONGEST_REMEMBERED = 10_000;

    private record Remembered(Decision answer, Instant until) {}

    private final WebhookSettings settings;
    private final InstantSource clock;
    private final ReviewWebhook webhook;
    private final Map<Attributes, Remembered> answers = new ConcurrentHashMap<>();

    public WebhookAuthorizer(WebhookSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.webhook = new ReviewWebhook(settings.endpoint(), settings.timeout(), settings.firstPause());
    }

    @Override
    public Decision authorize(Attributes wanted) {
        if (!settings.conditions().isEmpty()) {
            switch (settings.conditions().judge(AccessReview.facts(wanted))) {
                case MatchConditions.Verdict.Asked asked -> {}
                case MatchConditions.Verdict.Skipped skipped -> {
                    return new Decision.NoOpinion("");
                }
                case MatchConditions.Verdict.Failed(String why) -> {
                    return failed(why);
                }
            }
        }
        Remembered known = answers.get(wanted);
        if (known != null && clock.instant().isBefore(known.until())) {
            return known.answer();
        }
        Decision answer;
        try {
            answer = ask(wanted);
        } catch (IOException e) {
            return failed(e.getMessage());
        }
        if (length(wanted) < LONGEST_REMEMBERED) {
            if (answers.size() >= REMEMBERED) {
                answers.clear();
            }
            Instant until = clock.instant()
                    .plus(answer instanceof Decision.Allow ? settings.authorizedTtl() : settings.unauthorizedTtl());
            answers.put(wanted, new Remembered(answer, until));
        }
        return answer;
    }

    private static int length(Attributes wanted) {
        return wanted.namespace().length()
                + wanted.verb().length()
                + wanted.apiGroup().length()
                + wanted.apiVersion().length()
                + wanted.resource().length()
                + wanted.subresource().length()
                + wanted.name().length()
                + (wanted.path() == null ? 0 : wanted.path().length());
    }

    private Decision failed(String why) {
        LOG.atWarn().addKeyValue("authorizer", settings.name()).log("webhook authorizer failed: {}", why);
        return settings.denyOnFailure() ? new Decision.Deny("", why) : new Decision.NoOpinion("", why);
    }

    private Decision ask(Attributes wanted) throws IOException {
        Map<String, Object> spec = AccessReview.spec(wanted);
        if (settings.version().equals("v1beta1") && spec.containsKey("groups")) {
            spec.put("group", spec.remove("groups")); // its older name
        }
        Map<String, Object> review = new LinkedHashMap<>();
        review.put("kind", "SubjectAccessReview");
        review.put("apiVersion", "authorization.k8s.io/" + settings.version());
        review.put("metadata", Map.of());
        review.put("spec", spec);
        Map<String, Object> status = Trees.map(webhook.ask(review), "status");
        String reason = status.get("reason") instanceof String text ? text : "";
        if (Boolean.TRUE.equals(status.get("denied"))) {
            boolean torn = Boolean.TRUE.equals(status.get("allowed"));
            return new Decision.Deny(
                    reason, torn ? "webhook subject access review returned both allow and deny response" : "");
        }
        return Boolean.TRUE.equals(status.get("allowed")) ? new Decision.Allow(reason) : new Decision.NoOpinion(reason);
    }

    @Override
    public Rules rules(UserInfo user, String namespace) {
        return new Rules(List.of(), List.of(), true, "webhook authorizer does not support user rule resolution");
    }

    @Override
    public void close() {
        webhook.close();
    }
}
