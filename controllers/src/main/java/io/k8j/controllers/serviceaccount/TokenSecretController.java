package io.k8j.controllers.serviceaccount;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.k8j.client.ControllerLoop;
import io.k8j.client.DeleteOptions;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.Resources;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

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
    private final Map<ObjectKey, Secret> gone = new ConcurrentHashMap<>(); // as they were last
    private final ControllerLoop<ObjectKey> loop;

    private TokenSecretController(ControllerContext context) {
        this.context = context;
        this.secrets = context.resources(Secret.class);
        this.informer = context.informer(Secret.class, ListOptions.ALL.fields("type=" + TYPE));
        this.accounts = context.informer(ServiceAccount.class);
        this.loop = new ControllerLoop<>("serviceaccount_tokens_secret", context.time(), this::reconcile);
        informer.onChange(Handlers.of(
                secret -> loop.queue().add(ObjectKey.of(secret)),
                (before, secret) -> loop.queue().add(ObjectKey.of(secret)),
                this::secretGone));
        accounts.onChange(Handlers.any(account -> informer.inNamespace(Nulls.namespace(account))
                .filter(secret ->
                        Nulls.name(account).equals(Nulls.annotations(secret).get(ACCOUNT)))
                .forEach(secret -> loop.queue().add(ObjectKey.of(secret)))));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new TokenSecretController(context).loop, 2);
    }

    private void secretGone(Secret secret) {
        gone.put(ObjectKey.of(secret), secret);
        loop.queue().add(ObjectKey.of(secret));
    }

    private Outcome reconcile(ObjectKey key) {
        Secret last = gone.remove(key);
        if (last != null) {
            try {
                removeReference(last);
            } catch (ApiException e) {
                gone.putIfAbsent(key, last);
                throw e;
            }
        }
        Optional<Secret> found =
                informer.get(key).filter(secret -> TYPE.equals(secret.getType()) && !Nulls.isDeleting(secret));
        String name =
                found.map(secret -> Nulls.annotations(secret).get(ACCOUNT)).orElse("");
        if (found.isEmpty() || Nulls.isEmpty(name)) {
            return Outcome.DONE;
        }
        Secret secret = found.get();
        ObjectKey accountKey = new ObjectKey(key.namespace(), name);
        String known = Nulls.or(Nulls.annotations(secret).get(ACCOUNT_UID), "");
        Predicate<ServiceAccount> same = account -> known.isEmpty() || known.equals(Nulls.uid(account));
        Optional<ServiceAccount> account = accounts.get(accountKey)
                .filter(same)
                .or(() ->
                        context.resources(ServiceAccount.class).find(accountKey).filter(same));
        if (account.isEmpty()) {
            secrets.deleteIfPresent(key, DeleteOptions.ofUid(Nulls.uid(secret)));
        } else if (lacksSomething(secret)) {
            fill(secret, account.get());
        }
        return Outcome.DONE;
    }

    private boolean lacksSomething(Secret secret) {
        Map<String, String> data = Nulls.map(secret.getData());
        return Nulls.isEmpty(data.get("token"))
                || Nulls.isEmpty(data.get("namespace"))
                || !context.config().rootCa().isEmpty()
                        && !base64(context.config().rootCa()).equals(data.get("ca.crt"));
    }

    /** An account does not name Secrets that are not there. */
    private void removeReference(Secret secret) {
        Map<String, String> annotations = Nulls.annotations(secret);
        if (Nulls.isEmpty(annotations.get(ACCOUNT))) {
            return;
        }
        ObjectKey key = new ObjectKey(Nulls.namespace(secret), annotations.get(ACCOUNT));
        Optional<ServiceAccount> account = accounts.get(key)
                .filter(found -> Nulls.list(found.getSecrets()).stream()
                        .anyMatch(reference -> Nulls.name(secret).equals(reference.getName())))
                .filter(found -> Nulls.isEmpty(annotations.get(ACCOUNT_UID))
                        || annotations.get(ACCOUNT_UID).equals(Nulls.uid(found)));
        if (account.isPresent() && informer.get(ObjectKey.of(secret)).isEmpty()) {
            context.resources(ServiceAccount.class)
                    .update(account.get().toBuilder()
                            .removeMatchingFromSecrets(
                                    reference -> Nulls.name(secret).equals(reference.getName()))
                            .build());
        }
    }

    private void fill(Secret secret, ServiceAccount account) {
        SecretBuilder filled = secret.toBuilder();
        filled.editMetadata()
                .addToAnnotations(ACCOUNT, Nulls.name(account))
                .addToAnnotations(ACCOUNT_UID, Nulls.uid(account))
                .endMetadata();
        if (Nulls.isEmpty(Nulls.map(secret.getData()).get("token"))) {
            filled.addToData("token", base64(newToken(secret, account)));
        }
        if (Nulls.isEmpty(Nulls.map(secret.getData()).get("namespace"))) {
            filled.addToData("namespace", base64(Nulls.namespace(secret)));
        }
        if (!context.config().rootCa().isEmpty()) {
            filled.addToData("ca.crt", base64(context.config().rootCa()));
        }
        secrets.update(filled.build());
    }

    private String newToken(Secret secret, ServiceAccount account) {
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
        return token;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
