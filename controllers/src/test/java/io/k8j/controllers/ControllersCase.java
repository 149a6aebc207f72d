package io.k8j.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.PatchType;
import io.k8j.model.json.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A real API server with all controllers, for one test. */
abstract class ControllersCase {
    TestCluster cluster;

    /** The settings of the cluster's controllers. */
    ControllersConfig settings() {
        return TestCluster.SETTINGS;
    }

    @BeforeEach
    void startCluster() {
        cluster = new TestCluster(settings());
    }

    @AfterEach
    void stopCluster() {
        cluster.close();
    }

    /** Makes the Pod p, which uses a claim. */
    final void podWithClaim(String claim) {
        cluster.create(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec:
                  containers: [{name: c, image: x}]
                  volumes: [{name: v, persistentVolumeClaim: {claimName: %s}}]
                """.formatted(claim));
    }

    final <T extends HasMetadata> void patch(Class<T> type, String name, String json) {
        cluster.resources(type)
                .patch(TestCluster.key(type, name), PatchType.MERGE, Json.parse(json.replace('\'', '"')), "");
    }
}
