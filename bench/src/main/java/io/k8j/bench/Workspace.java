package io.k8j.bench;

import io.k8j.bench.LoadGenerator.Call;
import io.k8j.bench.LoadGenerator.Outcome;
import io.k8j.bench.LoadGenerator.Source;
import io.k8j.model.json.Json;
import io.k8j.server.UserException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** A load generator with a namespace of its own, which goes again at the end. */
public final class Workspace implements AutoCloseable {
    private static final Duration BULK_LIMIT = Duration.ofMinutes(10);

    private final LoadGenerator generator;
    private final String namespace;

    private Workspace(LoadGenerator generator, String namespace) {
        this.generator = generator;
        this.namespace = namespace;
    }

    public static Workspace open(Target target, Progress progress) throws InterruptedException {
        LoadGenerator generator = new LoadGenerator(target, progress);
        String name = "k8j-bench-" + Long.toString(System.nanoTime() & 0xffffff, 36);
        try {
            generator.request(Call.json(
                    "POST",
                    "/api/v1/namespaces",
                    Json.write(Map.of("apiVersion", "v1", "kind", "Namespace", "metadata", Map.of("name", name)))));
            Workspace workspace = new Workspace(generator, name);
            workspace.awaitServiceAccount(name);
            return workspace;
        } catch (UserException | InterruptedException e) {
            generator.close();
            throw e;
        }
    }

    /** Pods are refused until the namespace has its account. */
    public void awaitServiceAccount(String name) throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            if (has("/api/v1/namespaces/" + name + "/serviceaccounts/default")) {
                return;
            }
            Thread.sleep(20);
        }
    }

    boolean has(String path) throws InterruptedException {
        byte[] answer = generator.request(Call.get(path), 404);
        return answer != null && !new String(answer, StandardCharsets.UTF_8).contains("\"kind\":\"Status\"");
    }

    public LoadGenerator generator() {
        return generator;
    }

    public String namespace() {
        return namespace;
    }

    /** Name of a further namespace of this run. */
    public String namespace(int number) {
        return namespace + "-" + number;
    }

    /** The path of a core resource of this namespace. */
    public String path(String resource) {
        return "/api/v1/namespaces/" + namespace + "/" + resource;
    }

    /** The path of a resource of this namespace in another group. */
    public String path(String groupVersion, String resource) {
        return "/apis/" + groupVersion + "/namespaces/" + namespace + "/" + resource;
    }

    /** Sends a known number of requests as fast as it goes; a failure ends the benchmark. */
    public Outcome bulk(int count, int connections, IntFunction<Call> calls) throws InterruptedException {
        Outcome outcome = generator.run(numbered(count, calls), Math.min(connections, count), BULK_LIMIT);
        if (outcome.failed() > 0) {
            throw new UserException(
                    "%d of %d requests failed: %s".formatted(outcome.failed(), count, outcome.firstFailure()));
        }
        return outcome;
    }

    /** Numbers from 0, shared by all connections. */
    public static Source numbered(int count, IntFunction<Call> calls) {
        AtomicInteger next = new AtomicInteger();
        return connection -> {
            int number = next.getAndIncrement();
            return number < count ? calls.apply(number) : null;
        };
    }

    /** Deletes the namespace with all that is in it and waits until it is gone: what is measured next is alone. */
    public void clear(int seconds) throws InterruptedException {
        String path = "/api/v1/namespaces/" + namespace;
        generator.request(Call.json("DELETE", path, null), 404, 409);
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        while (has(path) && System.nanoTime() < deadline) {
            Thread.sleep(200);
        }
    }

    /** Deletes the namespace with all that is in it; does not wait for it. */
    @Override
    public void close() throws InterruptedException {
        try {
            generator.request(Call.json("DELETE", "/api/v1/namespaces/" + namespace, null), 404, 409);
        } finally {
            generator.close();
        }
    }
}
