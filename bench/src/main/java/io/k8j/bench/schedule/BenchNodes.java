package io.k8j.bench.schedule;

import io.k8j.bench.LoadGenerator;
import io.k8j.bench.LoadGenerator.Call;
import io.k8j.bench.LoadGenerator.Source;
import io.k8j.bench.Samples;
import io.k8j.bench.Workspace;
import io.k8j.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Nodes that exist only in the API, kept alive by renewing their leases, and deleted at the end. */
public final class BenchNodes implements AutoCloseable {
    private static final String LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
    private static final String LABEL = "bench.k8j.io/run";
    private static final String SLICES = "/apis/resource.k8s.io/v1/resourceslices";
    private static final int DEVICES = 10; // of a node that has some

    /** What nodes of the kind EXTENDED have one unit of. */
    static final String RESOURCE = "bench.k8j.io/unit";

    /** Of the devices that nodes of the kind DEVICES have. */
    static final String DRIVER = "bench.k8j.io";

    private static final double RENEWALS_PER_NODE = 1.0 / 12; // a second; nodes are lost after 40 s without one

    private final Workspace workspace;
    private final LoadGenerator beats;
    private final int count;
    private final int zones;
    private final ScheduleCase.Fleet.Kind kind;
    private final int connections;
    private volatile boolean over;
    private Thread heart;

    /** @param count how many, whatever the fleet says */
    BenchNodes(Workspace workspace, int count, ScheduleCase.Fleet fleet, int connections) {
        this.workspace = workspace;
        this.beats = new LoadGenerator(workspace.generator().target());
        this.count = count;
        this.zones = fleet.zones();
        this.kind = fleet.kind();
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
                workspace.bulk(count, connections, i -> Call.json("POST", "/api/v1/nodes", node(i)));
        // Admission taints each new node as not ready, which the node controller takes back only when it comes to it.
        workspace.bulk(count, connections, i -> merge("/api/v1/nodes/" + name(i), taints(i)));
        if (kind == ScheduleCase.Fleet.Kind.DEVICES) {
            workspace.bulk(count, connections, i -> Call.json("POST", SLICES, slice(name(i))));
        }
        workspace.bulk(count, connections, i -> Call.json("POST", LEASES, Samples.lease(name(i), null, i)));
        heart = Thread.ofVirtual().name("heartbeats").start(this::beat);
        return made;
    }

    private String taints(int number) {
        boolean tainted = kind == ScheduleCase.Fleet.Kind.TAINTED && number % 5 == 4;
        return tainted
                ? "{\"spec\":{\"taints\":[{\"key\":\"bench.k8j.io/closed\",\"effect\":\"NoSchedule\"}]}}"
                : "{\"spec\":{\"taints\":null}}";
    }

    private static byte[] slice(String node) {
        List<Object> devices = new ArrayList<>();
        for (int i = 0; i < DEVICES; i++) {
            devices.add(Map.of("name", "device-" + i));
        }
        Map<String, Object> pool = Map.of("name", node, "generation", 1, "resourceSliceCount", 1);
        return Json.write(Map.of(
                "apiVersion",
                "resource.k8s.io/v1",
                "kind",
                "ResourceSlice",
                "metadata",
                Map.of("name", node),
                "spec",
                Map.of("driver", DRIVER, "nodeName", node, "pool", pool, "devices", devices)));
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

    public static Call merge(String path, String patch) {
        return new Call("PATCH", path, "application/merge-patch+json", patch.getBytes(StandardCharsets.US_ASCII));
    }

    /** As upstream's scheduler_perf has them, so that figures can be compared. */
    private byte[] node(int number) {
        String name = name(number);
        Map<String, Object> labels = new LinkedHashMap<>();
        labels.put("kubernetes.io/hostname", name);
        labels.put("kubernetes.io/os", "linux");
        labels.put("topology.kubernetes.io/zone", zone(number));
        labels.put(LABEL, workspace.namespace());
        Map<String, Object> amounts =
                new LinkedHashMap<>(Map.of("cpu", "4", "memory", "32Gi", "pods", "110", "ephemeral-storage", "100Gi"));
        if (kind == ScheduleCase.Fleet.Kind.EXTENDED) {
            amounts.put(RESOURCE, "1");
        }
        if (kind == ScheduleCase.Fleet.Kind.ONE_LARGE && number == 0) {
            amounts.put("pods", "90000");
        }
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
            heart.interrupt(); // it need not wait for its next beat
            heart.join();
        }
        beats.close();
        LoadGenerator generator = workspace.generator();
        generator.run(numbered("/api/v1/nodes/"), connections, Duration.ofMinutes(2));
        generator.run(numbered(LEASES + "/"), connections, Duration.ofMinutes(2));
        if (kind == ScheduleCase.Fleet.Kind.DEVICES) {
            generator.run(numbered(SLICES + "/"), connections, Duration.ofMinutes(2));
        }
    }

    private Source numbered(String path) {
        return Workspace.numbered(count, i -> Call.json("DELETE", path + name(i), null));
    }
}
