package io.k8j.controllers.serviceaccount;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.k8j.client.ControllerLoop;
import io.k8j.client.DeleteOptions;
import io.k8j.client.Informer;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.Resources;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Handlers;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.api.ApiObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Fills Secrets that people make to hold a ServiceAccount's token, and deletes them with the account. The token is bound
 * to the Secret; unlike upstream's it ends after ten years.
 */
public final class TokenSecretController {
    private static final String TYPE = "kubernetes.io/service-account-token";
    private static final String ACCOUNT = "kubernetes.io/service-account.name";
    private static final String ACCOUNT_UID = "kubernetes.io/service-account.uid";
    private static final Duration LIFE = Duration.ofDays(3650);

    private final ControllerContext context;
    private final Resources<Secret> secrets;
    private final Informer<Secret> informer;
    private final Informer<ServiceAccount> accounts;
    private final ControllerLoop<ObjectKey> loop;

    private TokenSecretController(ControllerContext context) {
        this.context = context;
        this.secrets = context.resources(Secret.class);
        this.informer = context.informer(Secret.class, ListOptions.ALL.fields("type=" + TYPE));
        this.accounts = context.informer(ServiceAccount.class);
        this.loop = new ControllerLoop<>("serviceaccount_tokens_secret", context.time(), this::reconcile);
        informer.onChange(Handlers.any(secret -> loop.queue().add(ObjectKey.of(secret))));
        accounts.onChange(Handlers.any(account -> informer.inNamespace(Nulls.namespace(account))
                .filter(secret ->
                        Nulls.name(account).equals(Nulls.annotations(secret).get(ACCOUNT)))
                .forEach(secret -> loop.queue().add(ObjectKey.of(secret)))));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new TokenSecretController(context).loop, 2);
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<Secret> found =
                informer.get(key).filter(secret -> TYPE.equals(secret.getType()) && !Nulls.isDeleting(secret));
        String name =
                found.map(secret -> Nulls.annotations(secret).get(ACCOUNT)).orElse("");
        if (found.isEmpty() || Nulls.isEmpty(name)) {
            return Outcome.DONE;
        }
        Secret secret = found.get();
        ObjectKey accountKey = new ObjectKey(key.namespace(), name);
        Optional<ServiceAccount> account = accounts.get(accountKey)
                .or(() -> context.resources(ServiceAccount.class).find(accountKey));
        String known = Nulls.or(Nulls.annotations(secret).get(ACCOUNT_UID), "");
        if (account.isEmpty() || (!known.isEmpty() && !known.equals(Nulls.uid(account.get())))) {
            secrets.deleteIfPresent(key, DeleteOptions.ofUid(Nulls.uid(secret)));
            return Outcome.DONE;
        }
        if (!Nulls.map(secret.getData()).containsKey("token")) {
            fill(secret, account.get());
        }
        return Outcome.DONE;
    }

    private void fill(Secret secret, ServiceAccount account) {
        Map<String, Object> bound = new LinkedHashMap<>();
        bound.put("apiVersion", "v1");
        bound.put("kind", "Secret");
        bound.put("name", Nulls.name(secret));
        bound.put("uid", Nulls.uid(secret));
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("apiVersion", "authentication.k8s.io/v1");
        request.put("kind", "TokenRequest");
        request.put("spec", Map.of("expirationSeconds", LIFE.toSeconds(), "boundObjectRef", bound));
        ApiObject answer =
                context.resources(ServiceAccount.class).createSubresource(ObjectKey.of(account), "token", request);
        if (!(answer.tree().get("status") instanceof Map<?, ?> status)
                || !(status.get("token") instanceof String token)) {
            throw new IllegalStateException(
                    "token request for " + ObjectKey.of(account) + " was answered without a token");
        }
        secrets.update(secret.toBuilder()
                .editMetadata()
                .addToAnnotations(ACCOUNT_UID, Nulls.uid(account))
                .endMetadata()
                .addToData("token", base64(token))
                .addToData("namespace", base64(Nulls.namespace(secret)))
                .addToData("ca.crt", base64(context.config().rootCa()))
                .build());
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
