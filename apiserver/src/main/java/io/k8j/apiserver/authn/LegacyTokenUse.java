package io.k8j.apiserver.authn;

import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.resource.GroupVersionResource;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notes on the Secret of a legacy token on which day it was last used. Safe for all threads; never delays a request. */
final class LegacyTokenUse implements LegacyTokens.UseListener {
    static final String LAST_USED = "kubernetes.io/legacy-token-last-used";
    private static final Logger LOG = LoggerFactory.getLogger(LegacyTokenUse.class);
    private static final GroupVersionResource SECRETS = new GroupVersionResource("", "v1", "secrets");

    private final ApiTransport api;
    private final InstantSource clock;
    private final Set<String> writing = ConcurrentHashMap.newKeySet();

    LegacyTokenUse(ApiTransport api, InstantSource clock) {
        this.api = api;
        this.clock = clock;
    }

    @Override
    public void used(ApiObject secret) {
        String today = clock.instant().atOffset(ZoneOffset.UTC).toLocalDate().toString();
        if (today.equals(secret.labels().get(LAST_USED)) || !writing.add(secret.uid())) {
            return;
        }
        Thread.ofVirtual().name("legacy-token-last-used").start(() -> {
            try {
                api.call(new ApiCall(
                        Verb.PATCH,
                        SECRETS,
                        secret.namespace(),
                        secret.name(),
                        "",
                        Map.of(),
                        "application/merge-patch+json",
                        Map.of("metadata", Map.of("uid", secret.uid(), "labels", Map.of(LAST_USED, today)))));
            } catch (ApiException e) {
                LOG.debug("note the use of a legacy token: {}", e.getMessage());
            } finally {
                writing.remove(secret.uid());
            }
        });
    }
}
