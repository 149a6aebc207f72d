package io.k8j.examples.josdk;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What several tests do with sites. */
final class Sites {
    static final Duration LIMIT = Duration.ofSeconds(60);

    /** So long that a busy machine costs nobody the lead. */
    static final Duration LEASE = Duration.ofSeconds(20);

    private Sites() {}

    /** Creates a site, and returns when the operator says that all of its servers are ready. */
    static void createReady(KubernetesClient client, int replicas) {
        client.resource(Site.of("shop", "shop.test", replicas)).create();
        await(
                client.resources(Site.class).withName("shop"),
                site -> site.getStatus() != null && site.getStatus().getReadyReplicas() == replicas);
    }

    /** Returns as soon as an object is there and as wanted, of which a watch tells. */
    static <T> void await(Resource<T> object, Predicate<T> wanted) {
        object.waitUntilCondition(now -> now != null && wanted.test(now), LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** Returns as soon as an object is no more. */
    static void awaitGone(Resource<?> object) {
        object.waitUntilCondition(Objects::isNull, LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    static List<Pod> runningPods(KubernetesClient client) {
        return client.pods().withLabel("site", "shop").list().getItems().stream()
                .filter(pod -> pod.getStatus().getPhase().equals("Running"))
                .toList();
    }
}
