package io.k8j.junit;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/**
 * Makes fabric8 clients; loaded only when the library is there. What one client has found out about classes of resources
 * serves those that follow: it is most of what the first requests of a client cost.
 */
final class Fabric8Clients {
    /** Six times the library's own: machines that run tests are busy. */
    private static final int REQUEST_TIMEOUT_MILLIS = 60_000;

    private final KubernetesSerialization classes = new KubernetesSerialization();

    KubernetesClient of(String kubeconfig) {
        Config config = Config.fromKubeconfig(kubeconfig);
        config.setRequestTimeout(REQUEST_TIMEOUT_MILLIS);
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withKubernetesSerialization(classes)
                .build();
    }
}
