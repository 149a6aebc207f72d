package io.k8j.controllers.serviceaccount;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.k8j.client.ControllerLoop;
import io.k8j.client.DeleteOptions;
import io.k8j.client.Informer;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.PatchType;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Takes Secrets with tokens that were made by themselves, belong to no Pod and were not used for a year out of use, and
 * deletes them another year later. Looks once a day. It waits until the use of tokens has been noted for a year.
 */
public final class LegacyTokenCleaner {
    private static final ObjectKey TRACKING =
            new ObjectKey("kube-system", "kube-apiserver-legacy-service-account-token-tracking");
    private static final String ROUND = "round";
    private static final Duration PERIOD = Duration.ofHours(24);

    private final ControllerContext context;
    private final Informer<Secret> secrets;
    private final Informer<ServiceAccount> accounts;
    private final Informer<Pod> pods;

    private LegacyTokenCleaner(ControllerContext context) {
        this.context = context;
        this.secrets = context.informer(Secret.class, ListOptions.ALL.fields("type=" + LegacyTokens.TYPE));
        this.accounts = context.informer(ServiceAccount.class);
        this.pods = context.informer(Pod.class);
    }

    public static Controller create(ControllerContext context) {
        LegacyTokenCleaner cleaner = new LegacyTokenCleaner(context);
        ControllerLoop<String> loop =
                new ControllerLoop<>("legacy_service_account_token_cleaner", context.time(), round -> cleaner.look());
        return Controller.of(loop, 1, () -> loop.queue().add(ROUND));
    }

    private Outcome look() {
        LocalDate today = LegacyTokens.day(context.now());
        Optional<ConfigMap> tracking = context.resources(ConfigMap.class).find(TRACKING);
        String since =
                tracking.map(map -> Nulls.map(map.getData()).get("since")).orElse(null);
        if (LegacyTokens.isTrackedLongEnough(since, today)) {
            for (Secret secret : secrets.all()) {
                clean(secret, today);
            }
        }
        return Outcome.again(PERIOD);
    }

    private void clean(Secret secret, LocalDate today) {
        Optional<ServiceAccount> account = LegacyTokens.accountKey(secret)
                .flatMap(accounts::get)
                .filter(found ->
                        Nulls.uid(found).equals(Nulls.annotations(secret).get(LegacyTokens.ACCOUNT_UID)));
        if (account.isEmpty()) {
            return; // the controller of tokens deletes it
        }
        Set<String> mounted = pods.inNamespace(Nulls.namespace(secret))
                .flatMap(pod -> LegacyTokens.mounted(pod).stream())
                .collect(Collectors.toSet());
        ObjectKey key = ObjectKey.of(secret);
        switch (LegacyTokens.next(secret, account.get(), mounted, today)) {
            case KEEP -> {}
            case INVALIDATE ->
                context.resources(Secret.class)
                        .patch(
                                key,
                                PatchType.MERGE,
                                Map.of(
                                        "metadata",
                                        Map.of(
                                                "uid",
                                                Nulls.uid(secret),
                                                "labels",
                                                Map.of(LegacyTokens.INVALID_SINCE, today.toString()))),
                                "");
            case DELETE ->
                context.resources(Secret.class)
                        .deleteIfPresent(
                                key,
                                new DeleteOptions(
                                        null,
                                        null,
                                        Nulls.uid(secret),
                                        secret.getMetadata().getResourceVersion()));
        }
    }
}
