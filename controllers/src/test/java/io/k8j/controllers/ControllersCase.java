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

    @BeforeEach
    void start() {
        cluster = new TestCluster();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    final void pod(String name, String app, String more) {
        cluster.create(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, labels: {app: %s}, annotations: {%s}}
                spec: {containers: [{name: c, image: x, ports: [{name: web, containerPort: 8080}]}]}
                """.formatted(name, app, more));
    }

    final <T extends HasMetadata> void patch(Class<T> type, String name, String json) {
        cluster.resources(type)
                .patch(TestCluster.key(type, name), PatchType.MERGE, Json.parse(json.replace('\'', '"')), "");
    }
}
