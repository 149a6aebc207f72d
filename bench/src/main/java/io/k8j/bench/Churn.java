package io.k8j.bench;

import io.k8j.bench.LoadGenerator.Call;
import io.k8j.model.json.Json;
import java.util.Map;

/** Creates and deletes a node, a Pod and a Service again and again, as the churn of upstream's mixed case does. */
final class Churn implements AutoCloseable {
    private static final long EVERY_MILLIS = 1000;

    private final Workspace workspace;
    private final LoadGenerator generator;
    private final Thread thread;
    private volatile RuntimeException failure;

    private Churn(Workspace workspace) {
        this.workspace = workspace;
        this.generator = new LoadGenerator(workspace.generator().target());
        this.thread = Thread.ofVirtual().name("churn").unstarted(this::run);
    }

    static Churn start(Workspace workspace) {
        Churn churn = new Churn(workspace);
        churn.thread.start();
        return churn;
    }

    private void run() {
        try {
            for (int round = 0; ; round++) {
                round(round);
                Thread.sleep(EVERY_MILLIS);
            }
        } catch (InterruptedException e) {
            // closed
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private void round(int number) throws InterruptedException {
        String node = workspace.namespace() + "-churn";
        String pod = "churn-" + number;
        make("/api/v1/nodes", Samples.node(node));
        make(workspace.path("pods"), SchedulePods.bytes(SchedulePods.asking(SchedulePods.plain(pod), "9", "500Mi")));
        make(
                workspace.path("services"),
                Json.write(Map.of(
                        "apiVersion",
                        "v1",
                        "kind",
                        "Service",
                        "metadata",
                        Map.of("name", pod),
                        "spec",
                        Map.of("selector", Map.of("app", "foo"), "ports", java.util.List.of(Map.of("port", 8080))))));
        remove("/api/v1/nodes/" + node);
        remove(workspace.path("pods") + "/" + pod);
        remove(workspace.path("services") + "/" + pod);
    }

    private void make(String path, byte[] object) throws InterruptedException {
        generator.request(Call.json("POST", path, object), 409);
    }

    private void remove(String path) throws InterruptedException {
        generator.request(Call.json("DELETE", path, null), 404);
    }

    /** Stops; throws what has stopped it before. */
    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
        generator.request(Call.json("DELETE", "/api/v1/nodes/" + workspace.namespace() + "-churn", null), 404);
        generator.close();
        if (failure != null) {
            throw failure;
        }
    }
}
