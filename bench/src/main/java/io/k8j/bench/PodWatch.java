package io.k8j.bench;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.server.UserException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Notes when the Pods of a namespace are first seen bound to a node, and running. */
public final class PodWatch implements WatchStream.Listener {
    public final Map<String, Long> bound = new ConcurrentHashMap<>();
    final Map<String, Long> running = new ConcurrentHashMap<>();

    private static final byte[] NAME = mark("\"metadata\":{\"name\":\"");
    private static final byte[] NAMESPACE = mark("\"namespace\":\"");
    private static final byte[] NODE_NAME = mark("\"nodeName\":\"");
    private static final byte[] RUNNING = mark("\"phase\":\"Running\"");

    private final String namespaces;
    private volatile String prefix = "";

    /** @param namespaces how the names of the namespaces begin whose Pods count */
    public PodWatch(String namespaces) {
        this.namespaces = namespaces;
    }

    private static byte[] mark(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Begins anew, with Pods whose names begin like this. */
    public void only(String names) {
        prefix = names;
        bound.clear();
        running.clear();
    }

    @Override
    public void line(byte[] json) {
        long now = System.nanoTime();
        String name = text(json, NAME);
        if (name == null) {
            parsed(json, now); // another server may order fields otherwise
        } else if (name.startsWith(prefix)) {
            String namespace = text(json, NAMESPACE);
            note(name, namespace, text(json, NODE_NAME), indexOf(json, RUNNING) >= 0, now);
        }
    }

    private void parsed(byte[] json, long now) {
        Map<String, Object> event = Json.parseObject(json);
        if (!(event.get("object") instanceof Map<?, ?> object) || !"Pod".equals(object.get("kind"))) {
            return;
        }
        Map<String, Object> pod = Trees.asMap(object);
        String name = Trees.string(pod, "metadata", "name");
        if (name.startsWith(prefix)) {
            note(
                    name,
                    Trees.string(pod, "metadata", "namespace"),
                    Trees.string(pod, "spec", "nodeName"),
                    "Running".equals(Trees.string(pod, "status", "phase")),
                    now);
        }
    }

    private void note(String name, String namespace, String node, boolean runs, long now) {
        if (namespace == null || !namespace.startsWith(namespaces)) {
            return;
        }
        if (node != null && !node.isEmpty()) {
            bound.putIfAbsent(name, now);
        }
        if (runs) {
            running.putIfAbsent(name, now);
        }
    }

    /** The string behind a mark; null if the mark is not there. Names have no characters that JSON escapes. */
    private static String text(byte[] json, byte[] mark) {
        int at = indexOf(json, mark);
        if (at < 0) {
            return null;
        }
        int from = at + mark.length;
        int end = from;
        while (end < json.length && json[end] != '"') {
            end++;
        }
        return new String(json, from, end - from, StandardCharsets.UTF_8);
    }

    /** Quotes within strings are escaped, so that a mark with quotes is found between fields only. */
    private static int indexOf(byte[] json, byte[] mark) {
        int last = json.length - mark.length;
        for (int i = 0; i <= last; i++) {
            int j = 0;
            while (j < mark.length && json[i + j] == mark[j]) {
                j++;
            }
            if (j == mark.length) {
                return i;
            }
        }
        return -1;
    }

    /** Waits until so many are in one of the maps. */
    public static void await(Map<String, Long> seen, int wanted, int seconds, String what) throws InterruptedException {
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
