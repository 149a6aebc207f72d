package io.k8j.controllers.endpoints;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import java.util.List;
import java.util.function.Consumer;

/** Tells which Services are concerned by a change of a Service or of Pods. */
public final class ServiceWatch {
    private final Informer<Service> services;
    private final Informer.Index<Service> byNamespace;
    private final Consumer<ObjectKey> enqueue;

    public ServiceWatch(ControllerContext context, Consumer<ObjectKey> enqueue) {
        this.enqueue = enqueue;
        this.services = context.informer(Service.class);
        this.byNamespace = services.index(service -> List.of(Nulls.namespace(service)));
        services.onChange(Handlers.any(service -> enqueue.accept(ObjectKey.of(service))));
        context.pods().informer().onChange(Handlers.of(this::podChanged, this::podUpdated, this::podChanged));
    }

    public Informer<Service> services() {
        return services;
    }

    private void podUpdated(Pod before, Pod now) {
        if (!ServicePods.isRelevant(before, now)) {
            return;
        }
        podChanged(now);
        if (!Nulls.labels(before).equals(Nulls.labels(now))) {
            podChanged(before);
        }
    }

    private void podChanged(Pod pod) {
        for (Service service : byNamespace.get(Nulls.namespace(pod))) {
            if (ServicePods.selects(service, pod)) {
                enqueue.accept(ObjectKey.of(service));
            }
        }
    }
}
