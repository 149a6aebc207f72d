package io.k8j.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.Client;
import io.k8j.client.EventBroadcaster;
import io.k8j.client.EventRecorder;
import io.k8j.client.Informer;
import io.k8j.client.InformerFactory;
import io.k8j.client.ListOptions;
import io.k8j.client.ResourceCatalog;
import io.k8j.client.Resources;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.pods.PodStore;
import io.k8j.model.time.Time;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What every controller is made of.
 *
 * @param client writes and uncached reads
 * @param informers the shared copies; started after all controllers are made
 * @param pods the shared copy of all Pods
 * @param events where Events go
 * @param catalog the resources that exist
 * @param config settings of all controllers
 * @param metrics what controllers count
 * @param used informers that this controller has asked for: it starts when they have their copies
 */
public record ControllerContext(
        Client client,
        InformerFactory informers,
        PodStore pods,
        EventBroadcaster events,
        ResourceCatalog catalog,
        ControllersConfig config,
        ControllerMetrics metrics,
        List<Informer<?>> used) {
    static ControllerContext of(
            Client client, EventBroadcaster events, ResourceCatalog catalog, ControllersConfig config) {
        InformerFactory informers = new InformerFactory(client);
        return new ControllerContext(
                client,
                informers,
                new PodStore(informers.of(Pod.class)),
                events,
                catalog,
                config,
                new ControllerMetrics(),
                new ArrayList<>());
    }

    /**
     * The same for another controller.
     *
     * @param own makes its requests; the shared copies go on with the manager's
     */
    ControllerContext forNext(Client own) {
        List<Informer<?>> used = new ArrayList<>();
        used.add(pods.informer());
        return new ControllerContext(own, informers, pods, events, catalog, config, metrics, used);
    }

    public Time time() {
        return client.time();
    }

    public Instant now() {
        return client.time().instant();
    }

    public <T extends HasMetadata> Informer<T> informer(Class<T> type) {
        Informer<T> informer = informers.of(type);
        used.add(informer);
        return informer;
    }

    public <T extends HasMetadata> Informer<T> informer(Class<T> type, ListOptions options) {
        Informer<T> informer = informers.of(type, options);
        used.add(informer);
        return informer;
    }

    public <T extends HasMetadata> Resources<T> resources(Class<T> type) {
        return client.resources(type);
    }

    public EventRecorder recorder(String component) {
        return events.recorder(component);
    }

    public PodControl podControl(EventRecorder recorder) {
        return new PodControl(resources(Pod.class), recorder);
    }
}
