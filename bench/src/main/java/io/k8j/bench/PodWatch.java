package io.k8j.bench;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.server.UserException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Notes when the Pods of a namespace are first seen bound to a node, and running. */
final class PodWatch implements WatchStream.Listener {
    final Map<String, Long> bound = new ConcurrentHashMap<>();
    final Map<String, Long> running = new ConcurrentHashMap<>();

    private volatile String prefix = "";

    /** Begins anew, with Pods whose names begin like this. */
    void only(String names) {
        prefix = names;
        bound.clear();
        running.clear();
    }

    @Override
    public void line(byte[] json) {
        long now = System.nanoTime();
        Map<String, Object> event = Json.parseObject(json);
        if (!(event.get("object") instanceof Map<?, ?> object) || !"Pod".equals(object.get("kind"))) {
            return;
        }
        @SuppressWarnings("unchecked")
        Map<String, Object> pod = (Map<String, Object>) object;
        String name = Trees.string(pod, "metadata", "name");
        if (!name.startsWith(prefix)) {
            return;
        }
        String node = Trees.string(pod, "spec", "nodeName");
        if (node != null && !node.isEmpty()) {
            bound.putIfAbsent(name, now);
        }
        if ("Running".equals(Trees.string(pod, "status", "phase"))) {
            running.putIfAbsent(name, now);
        }
    }

    /** Waits until so many are in one of the maps. */
    static void await(Map<String, Long> seen, int wanted, int seconds, String what) throws InterruptedException {
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        while (seen.size() < wanted) {
            if (System.nanoTime() > deadline) {
                throw new UserException(
                        "only %d of %d Pods are %s after %d s".formatted(seen.size(), wanted, what, seconds));
            }
            Thread.sleep(1);
        }
    }
}
