package io.k8j.controllers.namespace;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.ResourceCatalog;
import io.k8j.client.Resources;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.api.ApiException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Empties namespaces that are being deleted, then lets them go. */
public final class NamespaceController {
    private static final int WORKERS = 10;
    private static final String FINALIZER = "kubernetes";
    private static final Duration FIRST_LOOK = Duration.ofMillis(50);
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(5);

    private final ControllerContext context;
    private final Resources<Namespace> namespaces;
    private final Informer<Namespace> informer;
    private final ContentDeleter deleter;
    private final ControllerLoop<ObjectKey> loop;
    private final Map<ObjectKey, Duration> pauses = new ConcurrentHashMap<>();

    private NamespaceController(ControllerContext context) {
        this.context = context;
        this.namespaces = context.resources(Namespace.class);
        this.informer = context.informer(Namespace.class);
        this.deleter = new ContentDeleter(context.client().transport());
        this.loop = new ControllerLoop<>("namespace", context.time(), this::reconcile);
        informer.onChange(Handlers.of(this::enqueueDeleted, (before, now) -> enqueueDeleted(now), gone -> {}));
        context.pods().informer().onChange(Handlers.of(pod -> {}, (before, now) -> {}, this::podGone));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new NamespaceController(context).loop, WORKERS);
    }

    private void enqueueDeleted(Namespace namespace) {
        if (Nulls.isDeleting(namespace)) {
            loop.queue().add(ObjectKey.of(namespace));
        }
    }

    /** The last Pod is what a namespace mostly waits for. */
    private void podGone(Pod pod) {
        ObjectKey key = ObjectKey.of(Nulls.namespace(pod));
        if (informer.get(key).filter(Nulls::isDeleting).isPresent()
                && !context.pods().hasAny(key.name())) {
            loop.queue().add(key);
        }
    }

    private Outcome reconcile(ObjectKey key) throws InterruptedException {
        Optional<Namespace> found = namespaces.find(key);
        if (found.isEmpty()
                || !Nulls.isDeleting(found.get())
                || !Nulls.list(found.get().getSpec().getFinalizers()).contains(FINALIZER)) {
            pauses.remove(key);
            return Outcome.DONE;
        }
        Namespace namespace = found.get();
        List<ResourceCatalog.Entry> catalog;
        try {
            catalog = context.catalog().resources();
        } catch (ApiException e) {
            writeConditions(namespace, NamespaceConditions.discoveryFailed(e.getMessage()));
            return new Outcome.Retry(e);
        }
        ContentDeleter.Remains remains = deleter.deleteAll(key.name(), catalog);
        namespace = writeConditions(namespace, NamespaceConditions.of(remains));
        if (!remains.errors().isEmpty()) {
            return new Outcome.Retry(remains.errors().getFirst());
        }
        if (remains.counts().isEmpty()) {
            pauses.remove(key);
            letGo(namespace);
            return Outcome.DONE;
        }
        Duration pause = pauses.merge(key, FIRST_LOOK, (before, first) -> before.multipliedBy(2));
        return Outcome.again(pause.compareTo(LONGEST_LOOK) < 0 ? pause : LONGEST_LOOK);
    }

    private void letGo(Namespace namespace) {
        List<String> rest = Nulls.list(namespace.getSpec().getFinalizers()).stream()
                .filter(finalizer -> !finalizer.equals(FINALIZER))
                .toList();
        Namespace released =
                namespace.toBuilder().editSpec().withFinalizers(rest).endSpec().build();
        try {
            namespaces.updateSubresource(released, "finalize");
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    private Namespace writeConditions(Namespace namespace, List<NamespaceConditions.Finding> findings) {
        Optional<Namespace> changed = NamespaceConditions.apply(namespace, findings, context.now());
        if (changed.isEmpty()) {
            return namespace;
        }
        try {
            return namespaces.updateStatus(changed.get());
        } catch (ApiException e) {
            if (!e.isConflict() && !e.isNotFound()) {
                throw e;
            }
            return namespaces.find(ObjectKey.of(namespace)).orElse(namespace);
        }
    }
}
