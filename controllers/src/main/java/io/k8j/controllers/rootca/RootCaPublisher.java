package io.k8j.controllers.rootca;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.Resources;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.api.ApiException;
import java.util.Map;
import java.util.Optional;

/** Keeps the ConfigMap {@code kube-root-ca.crt} in each namespace, by which Pods trust the API server. */
public final class RootCaPublisher {
    private static final String NAME = "kube-root-ca.crt";
    private static final String DESCRIPTION = "kubernetes.io/description";
    private static final String DESCRIPTION_TEXT =
            "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the"
                    + " internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of"
                    + " Kubernetes clusters.";

    private final Map<String, String> data;
    private final Resources<ConfigMap> resources;
    private final Informer<Namespace> namespaces;
    private final Informer<ConfigMap> maps;
    private final ControllerLoop<String> loop;

    private RootCaPublisher(ControllerContext context) {
        this.data = Map.of("ca.crt", context.config().rootCa());
        this.resources = context.resources(ConfigMap.class);
        this.namespaces = context.informer(Namespace.class);
        this.maps = context.informer(ConfigMap.class, ListOptions.ALL.fields("metadata.name=" + NAME));
        this.loop = new ControllerLoop<>("root_ca_cert_publisher", context.time(), this::reconcile);
        if (context.config().rootCa().isEmpty()) {
            return; // nothing to publish
        }
        namespaces.onChange(Handlers.of(
                added -> loop.queue().add(Nulls.name(added)),
                (before, now) -> loop.queue().add(Nulls.name(now)),
                gone -> {}));
        maps.onChange(Handlers.any(map -> {
            if (NAME.equals(Nulls.name(map))) {
                loop.queue().add(Nulls.namespace(map));
            }
        }));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new RootCaPublisher(context).loop, 1);
    }

    private Outcome reconcile(String namespace) {
        Optional<Namespace> found = namespaces.get(ObjectKey.of(namespace));
        if (found.isEmpty() || Nulls.isDeleting(found.get())) {
            return Outcome.DONE;
        }
        Optional<ConfigMap> present = maps.get(new ObjectKey(namespace, NAME));
        if (present.isEmpty()) {
            create(namespace);
        } else if (!data.equals(present.get().getData())
                || !DESCRIPTION_TEXT.equals(Nulls.annotations(present.get()).get(DESCRIPTION))) {
            resources.update(present.get().toBuilder()
                    .editMetadata()
                    .addToAnnotations(DESCRIPTION, DESCRIPTION_TEXT)
                    .endMetadata()
                    .withData(data)
                    .build());
        }
        return Outcome.DONE;
    }

    private void create(String namespace) {
        try {
            resources.create(new ConfigMapBuilder()
                    .withNewMetadata()
                    .withName(NAME)
                    .withNamespace(namespace)
                    .addToAnnotations(DESCRIPTION, DESCRIPTION_TEXT)
                    .endMetadata()
                    .withData(data)
                    .build());
        } catch (ApiException e) {
            if (!e.isAlreadyExists() && !e.isNotFound() && !PodControl.isNamespaceTerminating(e)) {
                throw e;
            }
        }
    }
}
