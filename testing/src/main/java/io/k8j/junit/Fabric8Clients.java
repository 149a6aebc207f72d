package io.k8j.junit;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.api.model.NamedContextBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.utils.HttpClientUtils;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Makes fabric8 clients of one cluster; loaded only when the library is there. What one client has found out about classes
 * of resources serves those that follow, and so do its threads and connections: it is most of what a client costs.
 */
final class Fabric8Clients implements AutoCloseable {
    /** Six times the library's own: machines that run tests are busy. */
    private static final int REQUEST_TIMEOUT_MILLIS = 60_000;

    private static final String DEFAULT_CONNECTIONS = "io.fabric8.kubernetes.client.vertx5.Vertx5HttpClientFactory";

    private final KubernetesSerialization classes = new SharedSerialization();
    private HttpClient shared; // guarded by this; null until there is a client

    /** Does once what the first client of a JVM takes long for: with one that never sends anything. */
    static void prepare() {
        Access nowhere =
                new Access("https://127.0.0.1:1", SharedParts.certificates().authorityPem(), "none");
        try (Fabric8Clients first = new Fabric8Clients();
                KubernetesClient client = first.of(nowhere, "default")) {
            client.getKubernetesSerialization().clone(new ConfigMap());
        }
    }

    KubernetesClient of(Access access, String namespace) {
        Config config = config(access, namespace);
        HttpClient connections = new SharedHttpClient(connections(config));
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withKubernetesSerialization(classes)
                .withHttpClientFactory(() -> made(connections))
                .build();
    }

    /** What the cluster's kubeconfig says, without the way by text and the library's reader of it. */
    static Config config(Access access, String namespace) {
        NamedContext context = new NamedContextBuilder()
                .withName("default")
                .withNewContext()
                .withCluster("default")
                .withUser("default")
                .withNamespace(namespace)
                .endContext()
                .build();
        return new ConfigBuilder(Config.empty())
                .withMasterUrl(access.url() + "/")
                .withCaCertData(
                        Base64.getEncoder().encodeToString(access.authorityPem().getBytes(StandardCharsets.US_ASCII)))
                .withAutoOAuthToken(access.token())
                .withNamespace(namespace)
                .withContexts(context)
                .withCurrentContext(context)
                .withRequestTimeout(REQUEST_TIMEOUT_MILLIS)
                .build();
    }

    private synchronized HttpClient connections(Config config) {
        if (shared == null) {
            shared = factory().newBuilder(config).build();
        }
        return shared;
    }

    private static HttpClient.Factory factory() {
        HttpClient.Factory found = HttpClientUtils.getHttpClientFactory();
        return found.getClass().getName().equals(DEFAULT_CONNECTIONS) ? VertxConnections.insteadOf(found) : found;
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
