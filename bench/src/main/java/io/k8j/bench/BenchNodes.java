package io.k8j.bench;

import io.k8j.bench.LoadGenerator.Call;
import io.k8j.bench.LoadGenerator.Source;
import io.k8j.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Nodes that exist only in the API, kept alive by renewing their leases, and deleted at the end. */
final class BenchNodes implements AutoCloseable {
    private static final String LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
    private static final String LABEL = "bench.k8j.io/run";
    private static final double RENEWALS_PER_NODE = 1.0 / 12; // a second; nodes are lost after 40 s without one

    private final Workspace workspace;
    private final LoadGenerator beats;
    private final int count;
    private final int zones;
    private final int connections;
    private volatile boolean over;
    private Thread heart;

    /** @param zones over which the nodes are spread */
    BenchNodes(Workspace workspace, int count, int zones, int connections) {
        this.workspace = workspace;
        this.beats = new LoadGenerator(workspace.generator().target());
        this.count = count;
        this.zones = zones;
        this.connections = connections;
    }

    String name(int number) {
        return workspace.namespace() + "-" + number;
    }

    int count() {
        return count;
    }

    /** The namespace's name, which all objects of this run that lie outside it bear. */
    String runName() {
        return workspace.namespace();
    }

    /** Creates the nodes; they are ready, without taints and alive when this returns. */
    LoadGenerator.Outcome create() throws InterruptedException {
        LoadGenerator.Outcome made =
                workspace.bulk(count, connections, i -> Call.json("POST", "/api/v1/nodes", node(name(i), zone(i))));
        // Admission taints each new node as not ready, which the node controller takes back only when it comes to it.
        workspace.bulk(count, connections, i -> merge("/api/v1/nodes/" + name(i), "{\"spec\":{\"taints\":null}}"));
        workspace.bulk(count, connections, i -> Call.json("POST", LEASES, Samples.lease(name(i), null, i)));
        heart = Thread.ofVirtual().name("heartbeats").start(this::beat);
        return made;
    }

    private String zone(int number) {
        return "zone" + (number % zones + 1);
    }

    private void beat() {
        Source renewals = new Source() {
            private int next;

            @Override
            public Call next(int connection) {
                next = (next + 1) % count;
                String now = Instant.now().toString();
                String time = now.substring(0, 19) + ".000000Z";
                return over ? null : merge(LEASES + "/" + name(next), "{\"spec\":{\"renewTime\":\"" + time + "\"}}");
            }
        };
        try {
            beats.run(renewals, 2, Duration.ofHours(10), Math.max(1, count * RENEWALS_PER_NODE));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static Call merge(String path, String patch) {
        return new Call("PATCH", path, "application/merge-patch+json", patch.getBytes(StandardCharsets.US_ASCII));
    }

    /** As upstream's scheduler_perf has them, so that figures can be compared. */
    private byte[] node(String name, String zone) {
        Map<String, Object> labels = new LinkedHashMap<>();
        labels.put("kubernetes.io/hostname", name);
        labels.put("kubernetes.io/os", "linux");
        labels.put("topology.kubernetes.io/zone", zone);
        labels.put(LABEL, workspace.namespace());
        Map<String, Object> amounts = Map.of("cpu", "4", "memory", "32Gi", "pods", "110", "ephemeral-storage", "100Gi");
        String now = Instant.now().toString().substring(0, 19) + "Z";
        List<Object> conditions = new ArrayList<>();
        conditions.add(Map.of(
                "type", "Ready",
                "status", "True",
                "reason", "KubeletReady",
                "lastHeartbeatTime", now,
                "lastTransitionTime", now));
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("apiVersion", "v1");
        node.put("kind", "Node");
        node.put("metadata", Map.of("name", name, "labels", labels));
        node.put("status", Map.of("capacity", amounts, "allocatable", amounts, "conditions", conditions));
        return Json.write(node);
    }

    /** Deletes the nodes; their leases go with them, or with the next tidying up of the server. */
    @Override
    public void close() throws InterruptedException {
        over = true;
        if (heart != null) {
            heart.join();
        }
        beats.close();
        LoadGenerator generator = workspace.generator();
        generator.run(numbered("/api/v1/nodes/"), connections, Duration.ofMinutes(2));
        generator.run(numbered(LEASES + "/"), connections, Duration.ofMinutes(2));
    }

    private Source numbered(String path) {
        return Workspace.numbered(count, i -> Call.json("DELETE", path + name(i), null));
    }
}
