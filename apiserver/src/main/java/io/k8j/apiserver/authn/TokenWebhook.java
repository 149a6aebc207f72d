package io.k8j.apiserver.authn;

import io.k8j.apiserver.http.ReviewWebhook;
import io.k8j.apiserver.http.WebhookEndpoint;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.json.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks another server about tokens, and remembers its answers for a while. Safe for all threads. */
public final class TokenWebhook implements TokenAuthenticator, AutoCloseable {
    /**
     * Upstream's flags of these names.
     *
     * @param version of authentication.k8s.io: {@code v1} or {@code v1beta1}
     * @param cacheTtl how long answers are remembered
     */
    public record Settings(WebhookEndpoint endpoint, String version, Duration cacheTtl, Duration firstPause) {
        public static final Duration DEFAULT_TTL = Duration.ofMinutes(2);
        public static final Duration DEFAULT_PAUSE = Duration.ofMillis(500);

        public Settings {
            if (!version.equals("v1") && !version.equals("v1beta1")) {
                throw new IllegalArgumentException(
                        "unsupported authentication webhook version \"%s\", supported versions are \"v1\", \"v1beta1\""
                                .formatted(version));
            }
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(TokenWebhook.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int REMEMBERED = 4096;

    private record Remembered(Recognition answer, Instant until) {}

    private final Settings settings;
    private final List<String> ownAudiences;
    private final InstantSource clock;
    private final ReviewWebhook webhook;
    private final Map<String, Remembered> answers = new ConcurrentHashMap<>();

    TokenWebhook(Settings settings, List<String> ownAudiences, InstantSource clock) {
        this.settings = settings;
        this.ownAudiences = List.copyOf(ownAudiences);
        this.clock = clock;
        this.webhook = new ReviewWebhook(settings.endpoint(), TIMEOUT, settings.firstPause());
    }

    @Override
    public Recognition authenticate(String token, List<String> audiences, Consumer<String> warn) {
        String key = key(token, audiences);
        Remembered known = answers.get(key);
        if (known != null && clock.instant().isBefore(known.until())) {
            return known.answer();
        }
        Recognition answer;
        try {
            answer = ask(token, audiences);
        } catch (IOException e) {
            LOG.warn("webhook token authenticator failed: {}", e.getMessage());
            return new Recognition.Bad("webhook authenticator: " + e.getMessage()); // not remembered
        }
        if (answers.size() >= REMEMBERED) {
            answers.clear();
        }
        answers.put(key, new Remembered(answer, clock.instant().plus(settings.cacheTtl())));
        return answer;
    }

    private Recognition ask(String token, List<String> audiences) throws IOException {
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("token", token);
        spec.put("audiences", audiences);
        Map<String, Object> review = new LinkedHashMap<>();
        review.put("kind", "TokenReview");
        review.put("apiVersion", "authentication.k8s.io/" + settings.version());
        review.put("metadata", Map.of());
        review.put("spec", spec);
        Map<String, Object> status = Trees.map(webhook.ask(review), "status");
        List<String> given = texts(status.get("audiences"));
        List<String> shared = audiences.stream()
                .filter((given.isEmpty() ? ownAudiences : given)::contains)
                .toList();
        if (shared.isEmpty()) {
            return Recognition.NONE;
        }
        if (!Boolean.TRUE.equals(status.get("authenticated"))) {
            return status.get("error") instanceof String why && !why.isEmpty()
                    ? new Recognition.Bad(why)
                    : Recognition.NONE;
        }
        Map<String, Object> user = Trees.map(status, "user");
        Map<String, List<String>> extra = new LinkedHashMap<>();
        Trees.map(user, "extra").forEach((name, values) -> extra.put(name, texts(values)));
        return new Recognition.Known(
                new UserInfo(text(user, "username"), text(user, "uid"), texts(user.get("groups")), extra), shared);
    }

    private static String text(Map<String, Object> map, String name) {
        return map.get(name) instanceof String text ? text : "";
    }

    private static List<String> texts(Object value) {
        return value instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    /** Tokens are not kept, so that no dump of the memory shows them. */
    private static String key(String token, List<String> audiences) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(token.getBytes(StandardCharsets.UTF_8));
            for (String audience : audiences) {
                digest.update((byte) 0);
                digest.update(audience.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing", e);
        }
    }

    @Override
    public void close() {
        webhook.close();
    }
}
