package io.k8j.controllers.bootstrap;

import io.fabric8.kubernetes.api.model.Secret;
import io.k8j.client.ControllerLoop;
import io.k8j.client.DeleteOptions;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Removes the Secrets of tokens that have ended. */
public final class TokenCleaner {
    private TokenCleaner() {}

    public static Controller create(ControllerContext context) {
        Informer<Secret> tokens = BootstrapToken.informer(context);
        ControllerLoop<ObjectKey> loop = new ControllerLoop<>("token_cleaner", context.time(), key -> {
            Optional<Secret> secret = tokens.get(key);
            Instant end = secret.map(BootstrapToken::end).orElse(null);
            if (end == null) {
                return Outcome.DONE;
            }
            Instant now = context.now();
            if (end.isAfter(now)) {
                return Outcome.again(Duration.between(now, end));
            }
            context.resources(Secret.class).deleteIfPresent(key, DeleteOptions.ofUid(Nulls.uid(secret.get())));
            return Outcome.DONE;
        });
        tokens.onChange(Handlers.of(
                secret -> loop.queue().add(ObjectKey.of(secret)),
                (before, now) -> loop.queue().add(ObjectKey.of(now)),
                gone -> {}));
        return Controller.of(loop, 1);
    }
}
