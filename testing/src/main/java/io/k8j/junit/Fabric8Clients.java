package io.k8j.junit;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.utils.HttpClientUtils;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.lang.reflect.Proxy;

/**
 * Makes fabric8 clients of one cluster; loaded only when the library is there. What one client has found out about classes
 * of resources serves those that follow, and so do its threads and connections: it is most of what a client costs.
 */
final class Fabric8Clients implements AutoCloseable {
    /** Six times the library's own: machines that run tests are busy. */
    private static final int REQUEST_TIMEOUT_MILLIS = 60_000;

    private final KubernetesSerialization classes = new KubernetesSerialization();
    private HttpClient shared; // guarded by this; null until there is a client

    KubernetesClient of(String kubeconfig) {
        Config config = Config.fromKubeconfig(kubeconfig);
        config.setRequestTimeout(REQUEST_TIMEOUT_MILLIS);
        HttpClient connections = new SharedHttpClient(connections(config));
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withKubernetesSerialization(classes)
                .withHttpClientFactory(() -> made(connections))
                .build();
    }

    private synchronized HttpClient connections(Config config) {
        if (shared == null) {
            shared = HttpClientUtils.getHttpClientFactory().newBuilder(config).build();
        }
        return shared;
    }

    /** A builder that has been told everything. */
    private static HttpClient.Builder made(HttpClient client) {
        return (HttpClient.Builder) Proxy.newProxyInstance(
                HttpClient.Builder.class.getClassLoader(),
                new Class<?>[] {HttpClient.Builder.class},
                (builder, method, arguments) -> method.getName().equals("build") ? client : builder);
    }

    @Override
    public synchronized void close() {
        if (shared != null) shared.close();
    }
}
