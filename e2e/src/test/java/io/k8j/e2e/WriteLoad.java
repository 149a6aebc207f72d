package io.k8j.e2e;

import io.k8j.e2e.cluster.ApiClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/**
 * Writers that create, change and delete ConfigMaps without pause and remember what the server acknowledged. Each
 * object belongs to one writer, so that its history is known; a write without an answer may or may not have taken
 * place.
 */
final class WriteLoad {
    /** What may be read of one object: the value of the last acknowledged write, or of one that got no answer. */
    private record Expected(String acknowledged, String unanswered) {
        static final String ABSENT = "(absent)";
    }

    private final String namespace;
    private final int writers;
    private final ConcurrentMap<String, Expected> expected = new ConcurrentHashMap<>();
    private final AtomicInteger names = new AtomicInteger();

    WriteLoad(String namespace, int writers) {
        this.namespace = namespace;
        this.writers = writers;
    }

    /** Writers at work; closing waits for them. */
    final class Run implements AutoCloseable {
        private final ApiClient api;
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final AtomicInteger acknowledged = new AtomicInteger();
        private final List<Thread> threads = new ArrayList<>();

        private Run(ApiClient api) {
            this.api = api;
            for (int i = 0; i < writers; i++) {
                threads.add(Thread.ofVirtual().start(this::write));
            }
        }

        private void write() {
            try {
                while (!stopped.get()) {
                    String name = "load-" + names.incrementAndGet();
                    if (!send("POST", "", name, "1", 201)
                            || !send("PATCH", "/" + name, name, "2", 200)
                            || (name.endsWith("0") && !send("DELETE", "/" + name, name, Expected.ABSENT, 200))) {
                        return;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Sends one write and notes what may be read from now on; false once the server is gone. */
        private boolean send(String method, String path, String name, String value, int success)
                throws InterruptedException {
            String before = expected.getOrDefault(name, new Expected(Expected.ABSENT, null))
                    .acknowledged();
            expected.put(name, new Expected(before, value));
            String body = method.equals("DELETE")
                    ? null
                    : "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"%s\"},\"data\":{\"v\":\"%s\"}}"
                            .formatted(name, value);
            String type = method.equals("PATCH") ? "application/merge-patch+json" : "application/json";
            try {
                var answer = api.send(
                        method,
                        "/api/v1/namespaces/" + namespace + "/configmaps" + path,
                        type,
                        "application/json",
                        body);
                if (answer.status() != success) {
                    // Refused while going down; it did not take place.
                    return false;
                }
                expected.put(name, new Expected(value, null));
                acknowledged.incrementAndGet();
                return true;
            } catch (IOException noAnswer) {
                return false;
            }
        }

        /** How many writes were acknowledged so far. */
        int acknowledged() {
            return acknowledged.get();
        }

        /** Waits for the writers, whose server is gone, and returns how many writes were acknowledged. */
        int stop() throws InterruptedException {
            stopped.set(true);
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(60));
            }
            return acknowledged.get();
        }

        @Override
        public void close() throws InterruptedException {
            stop();
        }
    }

    /** Starts the writers. */
    Run start(ApiClient api) {
        return new Run(api);
    }

    /** One line for each object whose stored value is neither the acknowledged one nor that of an unanswered write. */
    List<String> missing(ApiClient api) throws IOException, InterruptedException {
        Map<String, String> stored = new HashMap<>();
        for (JsonNode item :
                api.get("/api/v1/namespaces/" + namespace + "/configmaps").path("items")) {
            stored.put(item.at("/metadata/name").asString(), item.at("/data/v").asString());
        }
        var missing = new ArrayList<String>();
        expected.forEach((name, value) -> {
            String found = stored.getOrDefault(name, Expected.ABSENT);
            if (!found.equals(value.acknowledged()) && !found.equals(value.unanswered())) {
                missing.add("%s: acknowledged %s, found %s".formatted(name, value.acknowledged(), found));
            }
            // What was found is from now on the truth: it must not change by itself in a later crash.
            expected.put(name, new Expected(found, null));
        });
        return missing;
    }
}
