package io.k8j.controllers.serviceaccount;

import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.model.api.ApiException;
import java.util.Set;

/**
 * Keeps the ServiceAccounts in kube-system under which the controllers work, as upstream's manager does with {@code
 * --use-service-account-credentials}. The controllers do not wait for them: in this process a name is enough.
 */
public final class ControllerAccounts {
    private static final String NAMESPACE = "kube-system";

    private ControllerAccounts() {}

    /** @param names of the accounts */
    public static Controller create(ControllerContext context, Set<String> names) {
        Informer<ServiceAccount> accounts = context.informer(ServiceAccount.class);
        ControllerLoop<String> loop = new ControllerLoop<>("controller_accounts", context.time(), name -> {
            if (accounts.get(new ObjectKey(NAMESPACE, name)).isEmpty()) {
                ensure(context, name);
            }
            return Outcome.DONE;
        });
        accounts.onChange(Handlers.of(account -> {}, (before, now) -> {}, gone -> {
            ObjectKey key = ObjectKey.of(gone);
            if (key.namespace().equals(NAMESPACE) && names.contains(key.name()))
                loop.queue().add(key.name());
        }));
        return Controller.of(loop, 1, () -> names.forEach(loop.queue()::add));
    }

    private static void ensure(ControllerContext context, String name) {
        try {
            context.resources(ServiceAccount.class)
                    .create(new ServiceAccountBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .withNamespace(NAMESPACE)
                            .endMetadata()
                            .build());
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) throw e;
        }
    }
}
