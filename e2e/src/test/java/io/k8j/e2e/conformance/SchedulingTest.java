package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where Pods go, and whom they push aside. What is scarce is a resource that only this test's Pods want. */
class SchedulingTest extends WorkloadCase {
    private static final String CLASSES = "/apis/scheduling.k8s.io/v1/priorityclasses";

    private void notScheduled(String pod) {
        eventually(() -> assertThat(api.get(core("pods/" + pod)).items("status", "conditions"))
                .anySatisfy(c -> assertThat(c)
                        .containsEntry("type", "PodScheduled")
                        .containsEntry("status", "False")
                        .containsEntry("reason", "Unschedulable")));
        assertThat(api.get(core("pods/" + pod)).at("spec", "nodeName")).isNull();
        until(
                "an event tells of it",
                () -> api.get(core("events")).items().stream()
                        .anyMatch(e -> "FailedScheduling".equals(e.get("reason"))
                                && pod.equals(Trees.string(e, "involvedObject", "name"))));
    }

    private void scheduled(String pod, String node) {
        until(pod + " is scheduled", () -> api.get(core("pods/" + pod)).at("spec", "nodeName") != null);
        assertThat(api.get(core("pods/" + pod)).at("spec", "nodeName")).isEqualTo(node);
    }

    @Test
    @Conformance("architecture/ConformanceTests/1")
    void thereAreTwoNodesForPods() {
        List<Map<String, Object>> nodes = api.get("/api/v1/nodes").ok().items();
        assertThat(nodes.stream()
                        .filter(node -> ready(node))
                        .filter(node -> !Trees.isTrue(node, "spec", "unschedulable"))
                        .filter(node -> Trees.list(node, "spec", "taints").isEmpty()))
                .hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    @Conformance("scheduling/SchedulerPredicates/1")
    void aPodThatWantsTooMuchWaits() {
        long cores = 0;
        for (Map<String, Object> node : api.get("/api/v1/nodes").items()) {
            String cpu = Trees.string(node, "status", "allocatable", "cpu");
            cores = Math.max(
                    cores, cpu.endsWith("m") ? Long.parseLong(cpu.replace("m", "")) / 1000 : Long.parseLong(cpu));
        }
        api.post(
                        core("pods"),
                        "{metadata: {name: additional-pod}, spec: {%s}}"
                                .formatted(Pods.container("resources: {requests: {cpu: '%d'}}".formatted(cores + 1))))
                .ok();
        notScheduled("additional-pod");
    }

    @Test
    @Conformance("scheduling/SchedulerPredicates/3")
    void aSelectorThatMatchesNoNodeIsObeyed() {
        api.post(core("pods"), Pods.yaml("restricted-pod", "nodeSelector: {label: nonempty}"))
                .ok();
        notScheduled("restricted-pod");
    }

    @Test
    @Conformance("scheduling/SchedulerPredicates/2")
    void aSelectorThatMatchesANodeIsObeyed() {
        String key = "kubernetes.io/e2e-" + namespace;
        api.merge("/api/v1/nodes/node-1", "{metadata: {labels: {'%s': '42'}}}".formatted(key))
                .ok();
        api.post(core("pods"), Pods.yaml("with-labels", "nodeSelector: {'%s': '42'}".formatted(key)))
                .ok();
        scheduled("with-labels", "node-1");
        api.merge("/api/v1/nodes/node-1", "{metadata: {labels: {'%s': null}}}".formatted(key))
                .ok();
    }

    private void hostPort(String name, String address) {
        api.post(
                        core("pods"),
                        "{metadata: {name: %s}, spec: {nodeSelector: {kubernetes.io/hostname: node-0}, %s}}"
                                .formatted(
                                        name,
                                        Pods.container(
                                                "ports: [{containerPort: 8080, hostPort: 54322, protocol: TCP%s}]"
                                                        .formatted(address.isEmpty() ? "" : ", hostIP: " + address))))
                .ok();
    }

    @Test
    @Conformance("scheduling/SchedulerPredicates/4")
    void aPortOfAllAddressesIsTaken() {
        hostPort("pod4", "");
        scheduled("pod4", "node-0");
        hostPort("pod5", "127.0.0.1");
        notScheduled("pod5");
    }

    private String scarce(String node, int amount) {
        String resource = "example.com/" + namespace.substring(0, Math.min(50, namespace.length())) + "-x";
        api.patch(
                        "/api/v1/nodes/" + node + "/status",
                        Api.JSON_PATCH,
                        "[{op: add, path: '/status/capacity/%s', value: '%d'}]"
                                .formatted(resource.replace("/", "~1"), amount))
                .ok();
        until(
                "the node can give it",
                () -> api.get("/api/v1/nodes/" + node).at("status", "allocatable", resource) != null);
        return resource;
    }

    private String priority(String name, int value) {
        String unique = name + "-" + namespace;
        api.post(CLASSES, "{metadata: {name: %s, labels: {e2e: %s}}, value: %d}".formatted(unique, namespace, value))
                .ok();
        return unique;
    }

    private static String wants(String resource, int amount) {
        return Pods.container(
                "resources: {requests: {'%s': %d}, limits: {'%s': %d}}".formatted(resource, amount, resource, amount));
    }

    private Answer pod(String name, String metadata, String priorityClass, String resource, int amount) {
        return api.post(
                        core("pods"),
                        "{metadata: {name: %s%s}, spec: {terminationGracePeriodSeconds: 0, priorityClassName: %s, %s}}"
                                .formatted(name, metadata, priorityClass, wants(resource, amount)))
                .ok();
    }

    private void cleanUp(String resource) {
        api.delete(CLASSES + "?labelSelector=e2e%3D" + namespace).ok();
        api.patch(
                        "/api/v1/nodes/node-0/status",
                        Api.JSON_PATCH,
                        "[{op: remove, path: '/status/capacity/%s'}]".formatted(resource.replace("/", "~1")))
                .ok();
    }

    @Test
    @Conformance("scheduling/SchedulerPreemption/3")
    void aPodOfLowerPriorityGivesWay() {
        String resource = scarce("node-0", 5);
        String low = priority("low", 1);
        String medium = priority("medium", 50);
        pod("pod0-low", "", low, resource, 2);
        pod("pod1-medium", "", medium, resource, 2);
        scheduled("pod0-low", "node-0");
        scheduled("pod1-medium", "node-0");
        pod("preemptor-pod", "", priority("high", 1000), resource, 2);
        gone(core("pods/pod0-low"));
        scheduled("preemptor-pod", "node-0");
        assertThat(api.get(core("pods/pod1-medium")).tree("metadata", "deletionTimestamp"))
                .isNull();
        cleanUp(resource);
    }

    @Test
    @Conformance("scheduling/SchedulerPreemption/4")
    void aPodGivesWayToACriticalOne() {
        String resource = scarce("node-0", 5);
        pod("pod0-low", "", priority("low", 1), resource, 3);
        pod("pod1-medium", "", priority("medium", 50), resource, 2);
        scheduled("pod0-low", "node-0");
        scheduled("pod1-medium", "node-0");
        String system = "/api/v1/namespaces/kube-system/pods";
        String name = "critical-" + namespace.substring(5);
        api.post(
                        system,
                        "{metadata: {name: %s}, spec: {terminationGracePeriodSeconds: 0, priorityClassName: system-cluster-critical, %s}}"
                                .formatted(name, wants(resource, 3)))
                .ok();
        gone(core("pods/pod0-low"));
        until(
                "it is scheduled",
                () -> "node-0".equals(api.get(system + "/" + name).at("spec", "nodeName")));
        assertThat(api.get(core("pods/pod1-medium")).tree("metadata", "deletionTimestamp"))
                .isNull();
        api.delete(system + "/" + name, "{gracePeriodSeconds: 0}").ok();
        cleanUp(resource);
    }

    @Test
    @Conformance("scheduling/SchedulerPreemption/5")
    void theVictimSaysThatItWasDisrupted() {
        String resource = scarce("node-0", 1);
        pod("victim-pod", ", finalizers: [example.com/test-finalizer]", priority("low", 1), resource, 1);
        scheduled("victim-pod", "node-0");
        pod("preemptor-pod", "", priority("high", 1000), resource, 1);
        until(
                "it is on its way out",
                () -> api.get(core("pods/victim-pod")).tree("metadata", "deletionTimestamp") != null);
        assertThat(api.get(core("pods/victim-pod")).items("status", "conditions"))
                .anySatisfy(c -> assertThat(c)
                        .containsEntry("type", "DisruptionTarget")
                        .containsEntry("status", "True")
                        .containsEntry("reason", "PreemptionByScheduler"));
        api.merge(core("pods/victim-pod"), "{metadata: {finalizers: null}}").ok();
        scheduled("preemptor-pod", "node-0");
        cleanUp(resource);
    }

    private void replicaSet(String name, int replicas, String priorityClass, String resource, int amount) {
        api.post(
                        apis("apps/v1", "replicasets"),
                        "{metadata: {name: %s}, spec: {replicas: %d, selector: {matchLabels: {name: %s}}, template: {metadata: {labels: {name: %s}}, spec: {terminationGracePeriodSeconds: 0, priorityClassName: %s, %s}}}}"
                                .formatted(name, replicas, name, name, priorityClass, wants(resource, amount)))
                .ok();
    }

    @Test
    @Conformance("scheduling/SchedulerPreemption/1")
    void replicaSetsOfFourPriorities() {
        String resource = scarce("node-0", 1000);
        replicaSet("rs-pod1", 5, priority("p1", 1), resource, 40);
        awaitReady("name=rs-pod1", 5);
        replicaSet("rs-pod2", 4, priority("p2", 2), resource, 50);
        awaitReady("name=rs-pod2", 4);
        replicaSet("rs-pod3", 4, priority("p3", 3), resource, 95);
        awaitReady("name=rs-pod3", 4);
        replicaSet("rs-pod4", 1, priority("p4", 4), resource, 400);
        awaitReady("name=rs-pod4", 1);
        awaitReady("name=rs-pod2", 4);
        awaitReady("name=rs-pod3", 4);
        // 220 were free and 400 are wanted: all five of the lowest priority had to go, and their successors wait.
        until("five successors wait", () -> {
            List<Map<String, Object>> lowest = livePods("name=rs-pod1");
            return lowest.size() == 5 && lowest.stream().allMatch(pod -> Trees.get(pod, "spec", "nodeName") == null);
        });
        cleanUp(resource);
    }

    @Test
    @Conformance("scheduling/SchedulerPreemption/2")
    void priorityClassesKeepTheirValue() {
        String first = CLASSES + "/" + priority("p1", 1);
        priority("p2", 2);
        assertThat(api.get(CLASSES + "?labelSelector=e2e%3D" + namespace).items())
                .hasSize(2);
        assertThat(api.merge(first, "{description: patched}").ok().at("description"))
                .isEqualTo("patched");
        api.merge(first, "{value: 100}").refused(422);
        Map<String, Object> tree = api.get(first).copy();
        tree.put("description", "updated");
        assertThat(api.put(first, tree).ok().at("description")).isEqualTo("updated");
        Map<String, Object> other = api.get(first).copy();
        other.put("value", 100L);
        api.put(first, other).refused(422);
        assertThat(api.get(first).number("value")).isEqualTo(1);
        api.delete(CLASSES + "?labelSelector=e2e%3D" + namespace).ok();
    }
}
