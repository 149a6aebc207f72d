package io.k8j.junit;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/** Makes fabric8 clients; loaded only when the library is there. */
final class Fabric8Clients {
    /** Six times the library's own: machines that run tests are busy. */
    private static final int REQUEST_TIMEOUT_MILLIS = 60_000;

    private Fabric8Clients() {}

    static KubernetesClient of(String kubeconfig) {
        Config config = Config.fromKubeconfig(kubeconfig);
        config.setRequestTimeout(REQUEST_TIMEOUT_MILLIS);
        return new KubernetesClientBuilder().withConfig(config).build();
    }
}
