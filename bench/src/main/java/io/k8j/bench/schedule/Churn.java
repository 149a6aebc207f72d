package io.k8j.bench.schedule;

import io.k8j.bench.LoadGenerator;
import io.k8j.bench.LoadGenerator.Call;
import io.k8j.bench.Samples;
import io.k8j.bench.Workspace;
import io.k8j.bench.schedule.ScheduleCase.Meanwhile;
import io.k8j.model.json.Json;
import java.util.Map;

/** What happens at a fixed rate while Pods are measured, as upstream's churns and deletions. */
final class Churn implements AutoCloseable {
    private final Workspace workspace;
    private final LoadGenerator generator;
    private final Meanwhile what;
    private final int first;
    private final Thread thread;
    private volatile RuntimeException failure;

    private Churn(Workspace workspace, Meanwhile what, int first) {
        this.workspace = workspace;
        this.what = what;
        this.first = first;
        this.generator = new LoadGenerator(workspace.generator().target());
        this.thread = Thread.ofVirtual().name("churn").unstarted(this::run);
    }

    /** @param first how many Pods were there before */
    static Churn start(Workspace workspace, Meanwhile what, int first) {
        Churn churn = new Churn(workspace, what, first);
        churn.thread.start();
        return churn;
    }

    private static long everyMillis(Meanwhile what) {
        return switch (what) {
            case NOTHING, CHURN -> 1000;
            case UNSCHEDULABLE_PODS, PREEMPTING_PODS -> 200;
            case DELETIONS -> 20;
            case FAST_DELETIONS -> 10;
        };
    }

    private void run() {
        try {
            for (int round = 0; ; round++) {
                switch (what) {
                    case NOTHING -> {}
                    case CHURN -> recreate(round);
                    case UNSCHEDULABLE_PODS -> important(round, "9");
                    case PREEMPTING_PODS -> important(round, "3");
                    case DELETIONS -> delete(2 * round + 1);
                    case FAST_DELETIONS -> delete(round);
                }
                Thread.sleep(everyMillis(what));
            }
        } catch (InterruptedException e) {
            // closed
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private void important(int number, String cpu) throws InterruptedException {
        Map<String, Object> pod = SchedulePods.asking(SchedulePods.plain("churn-" + number), cpu, "500Mi");
        make(workspace.path("pods"), SchedulePods.bytes(SchedulePods.priority(pod, 1_000_000, workspace.namespace())));
    }

    private void delete(int number) throws InterruptedException {
        if (number < first) {
            remove(workspace.path("pods") + "/first-" + number);
        }
    }

    private void recreate(int number) throws InterruptedException {
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
