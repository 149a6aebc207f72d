package io.k8j.client;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.time.Time;

/**
 * A component's access to the cluster: typed resources over one transport, with one identity. Safe for all threads.
 *
 * <p>Whether the API server runs in this process or behind HTTPS is the transport's affair.
 */
public final class Client implements AutoCloseable {
    private final ApiTransport transport;
    private final Time time;
    private final String fieldManager;

    /** @param fieldManager name under which writes are recorded, such as {@code kube-controller-manager} */
    public Client(ApiTransport transport, Time time, String fieldManager) {
        this.transport = transport;
        this.time = time;
        this.fieldManager = fieldManager;
    }

    /** The resource of a fabric8 model class. */
    public <T extends HasMetadata> Resources<T> resources(Class<T> type) {
        GroupVersionResource resource = new GroupVersionResource(
                orEmpty(HasMetadata.getGroup(type)), HasMetadata.getVersion(type), HasMetadata.getPlural(type));
        return new Resources<>(this, type, resource, Namespaced.class.isAssignableFrom(type));
    }

    public ApiTransport transport() {
        return transport;
    }

    public Time time() {
        return time;
    }

    public String fieldManager() {
        return fieldManager;
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }

    @Override
    public void close() {
        transport.close();
    }
}
