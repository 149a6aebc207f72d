package io.k8j.controllers.serviceaccount;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.api.ApiException;
import java.util.Optional;

/** Keeps a ServiceAccount {@code default} in each namespace. */
public final class DefaultAccountController {
    private static final String NAME = "default";

    private final ControllerContext context;
    private final Informer<Namespace> namespaces;
    private final Informer<ServiceAccount> accounts;
    private final ControllerLoop<String> loop;

    private DefaultAccountController(ControllerContext context) {
        this.context = context;
        this.namespaces = context.informer(Namespace.class);
        this.accounts = context.informer(ServiceAccount.class);
        this.loop = new ControllerLoop<>("serviceaccount", context.time(), this::reconcile);
        namespaces.onChange(Handlers.of(
                added -> loop.queue().add(Nulls.name(added)),
                (before, now) -> loop.queue().add(Nulls.name(now)),
                gone -> {}));
        accounts.onChange(Handlers.of(account -> {}, (before, now) -> {}, gone -> {
            if (NAME.equals(Nulls.name(gone))) {
                loop.queue().add(Nulls.namespace(gone));
            }
        }));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new DefaultAccountController(context).loop, 1);
    }

    private Outcome reconcile(String namespace) {
        Optional<Namespace> found = namespaces.get(ObjectKey.of(namespace));
        if (found.isEmpty()
                || Nulls.isDeleting(found.get())
                || accounts.get(new ObjectKey(namespace, NAME)).isPresent()) {
            return Outcome.DONE;
        }
        try {
            context.resources(ServiceAccount.class)
                    .create(new ServiceAccountBuilder()
                            .withNewMetadata()
                            .withName(NAME)
                            .withNamespace(namespace)
                            .endMetadata()
                            .build());
        } catch (ApiException e) {
            if (!e.isAlreadyExists() && !e.isNotFound() && !PodControl.isNamespaceTerminating(e)) {
                throw e;
            }
        }
        return Outcome.DONE;
    }
}
