package io.k8j.bench.schedule;

import io.k8j.bench.LoadGenerator.Call;
import io.k8j.bench.Workspace;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.server.UserException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Creates what Pods of a case refer to, waits until it can be used, and removes what outlives the namespace. */
final class ScheduleExtras {
    /** Name of the template of claims, in the namespace. */
    static final String TEMPLATE = "device";

    /** A label of all namespaces of a run that has several. */
    static final String TEAM = "bench.k8j.io/team";

    private final Workspace workspace;
    private final int connections;
    private final int seconds;

    /** @param seconds after which waiting is given up */
    ScheduleExtras(Workspace workspace, int connections, int seconds) {
        this.workspace = workspace;
        this.connections = connections;
        this.seconds = seconds;
    }

    /** Further namespaces; Pods can be created there when this returns. */
    void namespaces(int count) throws InterruptedException {
        if (count == 0) {
            return;
        }
        workspace
                .generator()
                .request(BenchNodes.merge(
                        "/api/v1/namespaces/" + workspace.namespace(),
                        "{\"metadata\":{\"labels\":{\"" + TEAM + "\":\"devops\"}}}"));
        for (int i = 0; i < count; i++) {
            Map<String, Object> namespace = object("v1", "Namespace", workspace.namespace(i));
            namespace.put("metadata", Map.of("name", workspace.namespace(i), "labels", Map.of(TEAM, "devops")));
            post("/api/v1/namespaces", namespace);
        }
        for (int i = 0; i < count; i++) {
            workspace.awaitServiceAccount(workspace.namespace(i));
        }
    }

    /** @param first Pods that were there before, and may be held by a finalizer */
    void removeNamespaces(int count, int first, boolean held) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            workspace
                    .generator()
                    .request(Call.json("DELETE", "/api/v1/namespaces/" + workspace.namespace(i), null), 404, 409);
        }
        if (held) {
            workspace
                    .generator()
                    .run(
                            Workspace.numbered(
                                    first,
                                    i -> BenchNodes.merge(
                                            workspace.path("pods") + "/first-" + i,
                                            "{\"metadata\":{\"finalizers\":null}}")),
                            connections,
                            java.time.Duration.ofMinutes(2));
        }
    }

    void create(ScheduleCase.Extra extra, int pods) throws InterruptedException {
        switch (extra) {
            case SECRETS -> post(workspace.path("secrets"), object("v1", "Secret", "secret"));
            case PRIORITIES -> {
                Map<String, Object> high = object("scheduling.k8s.io/v1", "PriorityClass", workspace.namespace());
                high.put("value", 1_000_000);
                post("/apis/scheduling.k8s.io/v1/priorityclasses", high);
            }
            case IN_TREE_VOLUMES, CSI_VOLUMES -> volumes(extra, pods);
            case SERVICE -> {
                Map<String, Object> service = object("v1", "Service", "service");
                service.put(
                        "spec",
                        Map.of("selector", Map.of("app", "scheduler-perf"), "ports", List.of(Map.of("port", 80))));
                post(workspace.path("services"), service);
            }
            case CLAIM_TEMPLATE -> claimTemplate();
            case NONE -> {}
        }
    }

    private void claimTemplate() throws InterruptedException {
        Map<String, Object> devices = object("resource.k8s.io/v1", "DeviceClass", workspace.namespace());
        String expression = "device.driver == '" + BenchNodes.DRIVER + "'";
        devices.put("spec", Map.of("selectors", List.of(Map.of("cel", Map.of("expression", expression)))));
        post("/apis/resource.k8s.io/v1/deviceclasses", devices);
        Map<String, Object> template = object("resource.k8s.io/v1", "ResourceClaimTemplate", TEMPLATE);
        Map<String, Object> exactly = Map.of("deviceClassName", workspace.namespace());
        Map<String, Object> request = Map.of("name", "one", "exactly", exactly);
        template.put("spec", Map.of("spec", Map.of("devices", Map.of("requests", List.of(request)))));
        post(workspace.path("resource.k8s.io/v1", "resourceclaimtemplates"), template);
    }

    private void volumes(ScheduleCase.Extra extra, int pods) throws InterruptedException {
        workspace.bulk(pods, connections, i -> Call.json("POST", "/api/v1/persistentvolumes", volume(extra, i)));
        workspace.bulk(pods, connections, i -> Call.json("POST", workspace.path("persistentvolumeclaims"), claim(i)));
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        while (bound() < pods) {
            if (System.nanoTime() > deadline) {
                throw new UserException(
                        "only %d of %d volume claims are bound after %d s".formatted(bound(), pods, seconds));
            }
            Thread.sleep(100);
        }
    }

    private long bound() throws InterruptedException {
        byte[] list = workspace.generator().request(Call.get(workspace.path("persistentvolumeclaims")));
        return Trees.list(Json.parseObject(list), "items").stream()
                .filter(claim -> "Bound".equals(Trees.string(Trees.map(claim), "status", "phase")))
                .count();
    }

    private byte[] volume(ScheduleCase.Extra extra, int number) {
        Map<String, Object> volume = object("v1", "PersistentVolume", volumeName(number));
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("capacity", Map.of("storage", "1Gi"));
        spec.put("accessModes", List.of("ReadOnlyMany"));
        spec.put("persistentVolumeReclaimPolicy", "Retain");
        spec.put("claimRef", Map.of("namespace", workspace.namespace(), "name", "claim-" + number));
        if (extra == ScheduleCase.Extra.CSI_VOLUMES) {
            spec.put("csi", Map.of("driver", "csi.bench.k8j.io", "volumeHandle", "vol-" + number));
        } else {
            spec.put("awsElasticBlockStore", Map.of("volumeID", "vol-" + number));
        }
        volume.put("spec", spec);
        return Json.write(volume);
    }

    private byte[] claim(int number) {
        Map<String, Object> claim = object("v1", "PersistentVolumeClaim", "claim-" + number);
        claim.put(
                "spec",
                Map.of(
                        "accessModes",
                        List.of("ReadOnlyMany"),
                        "storageClassName",
                        "",
                        "volumeName",
                        volumeName(number),
                        "resources",
                        Map.of("requests", Map.of("storage", "1Gi"))));
        return Json.write(claim);
    }

    private String volumeName(int number) {
        return workspace.namespace() + "-" + number;
    }

    private static Map<String, Object> object(String apiVersion, String kind, String name) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("apiVersion", apiVersion);
        object.put("kind", kind);
        object.put("metadata", Map.of("name", name));
        return object;
    }

    private void post(String path, Map<String, Object> object) throws InterruptedException {
        workspace.generator().request(Call.json("POST", path, Json.write(object)));
    }

    /** Removes what is not in the namespace. */
    void remove(ScheduleCase.Extra extra, int pods) throws InterruptedException {
        switch (extra) {
            case PRIORITIES ->
                workspace
                        .generator()
                        .request(
                                Call.json(
                                        "DELETE",
                                        "/apis/scheduling.k8s.io/v1/priorityclasses/" + workspace.namespace(),
                                        null),
                                404);
            case IN_TREE_VOLUMES, CSI_VOLUMES ->
                workspace
                        .generator()
                        .run(
                                Workspace.numbered(
                                        pods,
                                        i -> Call.json("DELETE", "/api/v1/persistentvolumes/" + volumeName(i), null)),
                                connections,
                                java.time.Duration.ofMinutes(2));
            case CLAIM_TEMPLATE ->
                workspace
                        .generator()
                        .request(
                                Call.json(
                                        "DELETE",
                                        "/apis/resource.k8s.io/v1/deviceclasses/" + workspace.namespace(),
                                        null),
                                404);
            case NONE, SECRETS, SERVICE -> {}
        }
    }
}
