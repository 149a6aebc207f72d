package io.k8j.apiserver.authz.webhook;

import io.k8j.apiserver.http.WebhookEndpoint;
import java.time.Duration;

/**
 * How another server is asked, in upstream's words.
 *
 * @param version of authorization.k8s.io: {@code v1} or {@code v1beta1}
 * @param authorizedTtl how long a yes is remembered
 * @param unauthorizedTtl how long a no is remembered
 * @param timeout of one attempt
 * @param denyOnFailure whether a request is refused if the server cannot be asked; others are asked otherwise
 * @param conditions under which it is asked at all
 */
public record WebhookSettings(
        String name,
        WebhookEndpoint endpoint,
        String version,
        Duration authorizedTtl,
        Duration unauthorizedTtl,
        Duration timeout,
        boolean denyOnFailure,
        MatchConditions conditions,
        Duration firstPause) {
    public static final Duration DEFAULT_AUTHORIZED_TTL = Duration.ofMinutes(5);
    public static final Duration DEFAULT_UNAUTHORIZED_TTL = Duration.ofSeconds(30);
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
    public static final Duration DEFAULT_PAUSE = Duration.ofMillis(500);

    public WebhookSettings {
        if (!version.equals("v1") && !version.equals("v1beta1")) {
            throw new IllegalArgumentException(
                    "unsupported webhook authorizer version \"%s\", supported versions are \"v1\", \"v1beta1\""
                            .formatted(version));
        }
    }
}
