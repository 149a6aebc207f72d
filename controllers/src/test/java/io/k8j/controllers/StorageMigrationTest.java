package io.k8j.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.storagemigration.v1beta1.StorageVersionMigration;
import io.fabric8.kubernetes.api.model.storagemigration.v1beta1.StorageVersionMigrationBuilder;
import io.k8j.apiserver.resource.ServedApis;
import io.k8j.client.ObjectKey;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.yaml.Yaml;
import io.k8j.store.Entry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** StorageVersionMigrations with their controller. */
class StorageMigrationTest {
    private static final GroupVersionResource DEFINITIONS =
            new GroupVersionResource("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    private static final GroupVersionResource THINGS = new GroupVersionResource("example.com", "v1", "things");

    private final TestCluster cluster = TestCluster.with(
            ServedApis.of(Map.of("StorageVersionMigrator", "true"), Map.of("storagemigration.k8s.io/v1beta1", "true")));

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void call(Verb verb, GroupVersionResource resource, String namespace, String name, String yaml) {
        Object body = Yaml.parse(yaml.getBytes(StandardCharsets.UTF_8));
        String type = verb == Verb.PATCH ? "application/merge-patch+json" : null;
        cluster.client.transport().call(new ApiCall(verb, resource, namespace, name, "", Map.of(), type, body));
    }

    private static String version(String name, boolean stored) {
        return "{name: " + name + ", served: true, storage: " + stored
                + ", schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}";
    }

    private static String versions(boolean second) {
        return "{spec: {versions: [" + version("v1", !second) + ", " + version("v2", second) + "]}}";
    }

    private StorageVersionMigration migrate(String group, String resource) {
        return cluster.resources(StorageVersionMigration.class)
                .create(new StorageVersionMigrationBuilder()
                        .withNewMetadata()
                        .withName(resource)
                        .endMetadata()
                        .withNewSpec()
                        .withNewResource(group, resource)
                        .endSpec()
                        .build());
    }

    private List<Condition> conditions(String name) {
        var status = cluster.resources(StorageVersionMigration.class)
                .get(new ObjectKey("", name))
                .getStatus();
        return status == null || status.getConditions() == null ? List.of() : status.getConditions();
    }

    private void awaitCondition(String name, String type) {
        Awaitility.await()
                .untilAsserted(() -> assertThat(conditions(name))
                        .anyMatch(c -> c.getType().equals(type) && c.getStatus().equals("True")));
    }

    private List<String> storedVersions() {
        return cluster.store.list("/registry/example.com/things/").entries().stream()
                .map(Entry::value)
                .map(value -> Trees.string(Json.parseObject(value), "apiVersion"))
                .distinct()
                .toList();
    }

    @Test
    void objectsOfAnOldVersionAreStoredAnew() {
        call(
                Verb.CREATE,
                DEFINITIONS,
                "",
                "",
                "{metadata: {name: things.example.com}, spec: {group: example.com, scope: Namespaced,"
                        + " names: {plural: things, kind: Thing}, versions: [" + version("v1", true) + ", "
                        + version("v2", false) + "]}}");
        Awaitility.await().until(() -> cluster.core.table().get(THINGS) != null);
        for (int i = 0; i < 20; i++) {
            call(Verb.CREATE, THINGS, TestCluster.NS, "", "{metadata: {name: t" + i + "}, data: {a: b}}");
        }
        call(Verb.PATCH, DEFINITIONS, "", "things.example.com", versions(true));
        Awaitility.await()
                .until(() -> cluster.core
                        .table()
                        .get(THINGS)
                        .storage()
                        .kind()
                        .version()
                        .equals("v2"));
        assertThat(storedVersions()).containsExactly("example.com/v1");

        migrate("example.com", "things");
        awaitCondition("things", "Succeeded");

        assertThat(storedVersions()).containsExactly("example.com/v2");
        assertThat(conditions("things"))
                .filteredOn(c -> c.getType().equals("Running"))
                .allSatisfy(c -> {
                    assertThat(c.getStatus()).isEqualTo("False");
                    assertThat(c.getReason()).isEqualTo("StorageVersionMigrationInProgress");
                });
    }

    @Test
    void objectsThatAreUpToDateStayAsTheyAre() {
        call(
                Verb.CREATE,
                new GroupVersionResource("", "v1", "configmaps"),
                TestCluster.NS,
                "",
                "{metadata: {name: m}, data: {a: b}}");
        long before = revision("/registry/configmaps/" + TestCluster.NS + "/m");
        migrate("", "configmaps");
        awaitCondition("configmaps", "Succeeded");
        assertThat(revision("/registry/configmaps/" + TestCluster.NS + "/m")).isEqualTo(before);
    }

    private long revision(String key) {
        return cluster.store.get(key).orElseThrow().modRevision();
    }
}
