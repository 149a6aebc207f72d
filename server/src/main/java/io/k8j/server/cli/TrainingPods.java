package io.k8j.server.cli;

import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.util.Map;

/**
 * Pods that are scheduled: binding, events, watches, informers, the scheduler's and the controllers' code, often enough
 * for the JVM to learn what it does, and some that drive others away. Their nodes exist only in the API.
 */
final class TrainingPods {
    private static final GroupVersionResource NODES = new GroupVersionResource("", "v1", "nodes");
    private static final GroupVersionResource PODS = new GroupVersionResource("", "v1", "pods");
    private static final int NODE_COUNT = 10;
    private static final int TOGETHER = 50; // so many wait for the scheduler at a time
    private static final int ATTEMPTS = 1000;
    static final int COUNT = 1000; // fill the nodes
    private static final int COUNT_FOR_AN_IMPORTANT_ONE = 10;

    private static final String MERGE = "application/merge-patch+json";
    private static final String STRATEGIC = "application/strategic-merge-patch+json";
    private static final String AMOUNTS = "{\"cpu\":\"64\",\"memory\":\"256Gi\",\"pods\":\"500\"}";
    private static final String NODE = """
            {"apiVersion":"v1","kind":"Node","metadata":{"name":"train-%d","labels":{"train":"yes"}},
            "status":{"capacity":%s,"allocatable":%s,"conditions":[{"type":"Ready","status":"True"}]}}""";
    private static final String POD = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"scheduled-%d","labels":{"app":"scheduled"}},
            "spec":{"nodeSelector":{"train":"yes"},"terminationGracePeriodSeconds":0,"containers":[{"name":"main",
            "image":"example.test/app:1","resources":{"requests":{"cpu":"630m","memory":"16Mi"}}}]}}""";
    /** Drives four or five of the others away. */
    private static final String IMPORTANT = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"important-%d","labels":{"app":"scheduled"}},
            "spec":{"nodeSelector":{"train":"yes"},"priorityClassName":"system-cluster-critical",
            "terminationGracePeriodSeconds":0,"containers":[{"name":"main","image":"example.test/app:1",
            "resources":{"requests":{"cpu":"3","memory":"16Mi"}}}]}}""";

    private static final String RUNNING = """
            {"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}""";

    private final ApiTransport transport;

    TrainingPods(ApiTransport transport) {
        this.transport = transport;
    }

    /**
     * Creates the nodes and the Pods, says of each Pod that it runs, and deletes all. So many Pods as {@link #COUNT} fill
     * the nodes; the important ones after them need room.
     *
     * @return how many were scheduled, without the important ones
     */
    int run(int count) throws InterruptedException {
        for (int i = 0; i < NODE_COUNT; i++) {
            call(Verb.CREATE, NODES, "", "", "", NODE.formatted(i, AMOUNTS, AMOUNTS), null);
            // Admission taints each new node as not ready.
            call(Verb.PATCH, NODES, "", "train-" + i, "", "{\"spec\":{\"taints\":null}}", MERGE);
        }
        int scheduled = schedule(POD, "scheduled-", count);
        int important = count / COUNT_FOR_AN_IMPORTANT_ONE;
        if (scheduled == count) schedule(IMPORTANT, "important-", important);
        for (int i = 0; i < count; i++) delete(PODS, "default", "scheduled-" + i);
        for (int i = 0; i < important; i++) delete(PODS, "default", "important-" + i);
        for (int i = 0; i < NODE_COUNT; i++) delete(NODES, "", "train-" + i);
        return scheduled;
    }

    private int schedule(String pod, String names, int count) throws InterruptedException {
        int scheduled = 0;
        while (scheduled < count) {
            int end = Math.min(count, scheduled + TOGETHER);
            for (int i = scheduled; i < end; i++) call(Verb.CREATE, PODS, "default", "", "", pod.formatted(i), null);
            while (scheduled < end && isScheduled(names + scheduled)) {
                call(Verb.PATCH, PODS, "default", names + scheduled++, "status", RUNNING, STRATEGIC);
            }
            if (scheduled < end) return scheduled; // a broken scheduler must not hold up a build
        }
        return scheduled;
    }

    /** Deletes what may be gone already. */
    private void delete(GroupVersionResource resource, String namespace, String name) {
        try {
            call(Verb.DELETE, resource, namespace, name, "", null, null);
        } catch (ApiException e) {
            if (!e.isNotFound()) throw e;
        }
    }

    private boolean isScheduled(String name) throws InterruptedException {
        for (int i = 0; i < ATTEMPTS; i++) {
            ApiObject pod = call(Verb.GET, PODS, "default", name, "", null, null);
            if (Trees.string(pod.tree(), "spec", "nodeName") != null) return true;
            Thread.sleep(5);
        }
        return false;
    }

    private ApiObject call(
            Verb verb,
            GroupVersionResource resource,
            String namespace,
            String name,
            String subresource,
            String json,
            String patchType) {
        Object body = json == null ? null : Json.parse(json);
        return transport
                .call(new ApiCall(verb, resource, namespace, name, subresource, Map.of(), patchType, body))
                .object();
    }
}
