package io.k8j.junit;

import io.k8j.client.Client;
import io.k8j.server.Closing;
import java.util.HashMap;
import java.util.Map;

/** Makes and keeps the clients of a cluster. Classes of optional libraries are touched only when they are asked for. */
final class Clients implements AutoCloseable {
    private static final String FABRIC8 = "io.fabric8.kubernetes.client.KubernetesClient";

    private record Key(String type, String namespace) {}

    private final K8jCluster cluster;
    private final Closing closing = new Closing();
    private final Map<Key, Object> made = new HashMap<>(); // guarded by this
    private Fabric8Clients fabric8; // guarded by this; null until one is asked for

    Clients(K8jCluster cluster) {
        this.cluster = cluster;
    }

    /** Whether a type is one of those that can be made. */
    static boolean knows(Class<?> type) {
        return type == Client.class
                || isFabric8(type)
                || type.getName().equals("io.kubernetes.client.openapi.ApiClient");
    }

    /** Whether it is fabric8's client. */
    static boolean isFabric8(Class<?> type) {
        return type.getName().equals(FABRIC8);
    }

    synchronized <T> T get(Class<T> type, String namespace) {
        return type.cast(made.computeIfAbsent(new Key(type.getName(), namespace), key -> make(type, namespace)));
    }

    private Fabric8Clients fabric8() {
        if (fabric8 == null) {
            fabric8 = closing.add(new Fabric8Clients());
        }
        return fabric8;
    }

    private Object make(Class<?> type, String namespace) {
        return switch (type.getName()) {
            case "io.k8j.client.Client" -> cluster.client();
            case FABRIC8 -> closing.add(fabric8().of(cluster.access(), namespace));
            case "io.kubernetes.client.openapi.ApiClient" -> {
                OfficialClients.Closable official = closing.add(OfficialClients.of(cluster.kubeconfig(namespace)));
                yield official.client();
            }
            default -> throw new IllegalArgumentException("there is no client of type " + type.getName());
        };
    }

    @Override
    public void close() {
        closing.close();
    }
}
