package io.k8j.examples.fabric8;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;

/** What several tests do with sites. */
final class Sites {
    static final Duration LIMIT = Duration.ofSeconds(60);

    /** So long that a busy machine costs nobody the lead. Who stops gives the lease back at once. */
    static final Duration LEASE = Duration.ofSeconds(20);

    private Sites() {}

    /** Creates a site, and returns when the operator says that all of its servers are ready. */
    static void createReady(KubernetesClient client, int replicas) {
        client.resource(Site.of("shop", "shop.test", replicas)).create();
        await().atMost(LIMIT).until(() -> {
            Site site = client.resources(Site.class).withName("shop").get();
            return site.getStatus() != null && site.getStatus().getReadyReplicas() == replicas;
        });
    }

    static List<Pod> runningPods(KubernetesClient client) {
        return client.pods().withLabel("site", "shop").list().getItems().stream()
                .filter(pod -> pod.getStatus().getPhase().equals("Running"))
                .toList();
    }
}
