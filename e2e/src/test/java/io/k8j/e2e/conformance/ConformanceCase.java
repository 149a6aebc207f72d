package io.k8j.e2e.conformance;

import static org.awaitility.Awaitility.await;

import io.k8j.junit.K8j;
import io.k8j.junit.K8jCluster;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;

/**
 * A test of behaviours on the cluster that all such classes share: two nodes, a namespace for each test. What is not in a
 * namespace carries the test's namespace in its name or labels, since other classes run at the same time.
 */
@K8j(nodes = 2, scope = K8j.Scope.SHARED)
abstract class ConformanceCase {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @K8j
    K8jCluster cluster;

    String namespace;
    Api api;

    @BeforeEach
    void begin(@K8j.Namespace String own) {
        namespace = own;
        api = Api.admin(cluster);
    }

    /** A collection of the core group in the test's namespace. */
    String core(String resource) {
        return "/api/v1/namespaces/" + namespace + "/" + resource;
    }

    /** A collection of another group in the test's namespace. */
    String apis(String groupVersion, String resource) {
        return "/apis/" + groupVersion + "/namespaces/" + namespace + "/" + resource;
    }

    /** Waits until something has come true. */
    static void until(String what, Callable<Boolean> condition) {
        await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(condition);
    }

    /** Waits until assertions hold. */
    static void eventually(Runnable assertions) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).untilAsserted(assertions::run);
    }

    /** Waits until an object is gone. */
    void gone(String path) {
        until(path + " is gone", () -> api.get(path).code() == 404);
    }
}
