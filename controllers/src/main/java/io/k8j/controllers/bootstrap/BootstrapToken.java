package io.k8j.controllers.bootstrap;

import io.fabric8.kubernetes.api.model.Secret;
import io.k8j.client.Informer;
import io.k8j.client.ListOptions;
import io.k8j.controllers.ControllerContext;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Optional;

/**
 * A Secret of type {@code bootstrap.kubernetes.io/token}.
 *
 * @param signs whether descriptions of the cluster may be signed with it
 * @param end null if it is good for ever; long ago if its text cannot be read
 */
record BootstrapToken(String id, String secret, boolean signs, Instant end) {
    private static final String PREFIX = "bootstrap-token-";

    /** The copy of all such Secrets, shared by the controllers that look at them. */
    static Informer<Secret> informer(ControllerContext context) {
        return context.informer(
                Secret.class, ListOptions.inNamespace("kube-system").fields("type=bootstrap.kubernetes.io/token"));
    }

    /** Empty if the Secret is not named for the id in it, or lacks a part. */
    static Optional<BootstrapToken> of(Secret secret) {
        String id = value(secret, "token-id");
        String own = value(secret, "token-secret");
        if (id.isEmpty() || own.isEmpty() || !secret.getMetadata().getName().equals(PREFIX + id)) {
            return Optional.empty();
        }
        return Optional.of(new BootstrapToken(
                id, own, value(secret, "usage-bootstrap-signing").equals("true"), end(secret)));
    }

    /** When a token's Secret ends; null if never. */
    static Instant end(Secret secret) {
        String text = value(secret, "expiration");
        if (text.isEmpty()) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    boolean isGood(Instant now) {
        return end == null || end.isAfter(now);
    }

    private static String value(Secret secret, String key) {
        String text = secret.getData() == null ? null : secret.getData().get(key);
        try {
            return text == null ? "" : new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
