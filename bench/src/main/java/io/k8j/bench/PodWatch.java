package io.k8j.bench;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.server.UserException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
    private final boolean wantsRunning;
    private volatile String prefix = "";

    private PodWatch(String namespaces, boolean wantsRunning) {
        this.namespaces = namespaces;
        this.wantsRunning = wantsRunning;
    }

    /** Of all namespaces; notes both. */
    static PodWatch ofAll() {
        return new PodWatch("", true);
    }

    /** @param namespaces how the names of the namespaces begin whose Pods count; who runs is not noted */
    public static PodWatch boundIn(String namespaces) {
        return new PodWatch(namespaces, false);
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
        int at = after(json, NAME, 0);
        if (at < 0) {
            parsed(json, now); // another server may order fields otherwise
            return;
        }
        String name = text(json, at);
        if (!name.startsWith(prefix) || (!wantsRunning && bound.containsKey(name))) {
            return;
        }
        String namespace = text(json, after(json, NAMESPACE, at));
        String node = text(json, after(json, NODE_NAME, at));
        note(name, namespace, node, wantsRunning && after(json, RUNNING, at) >= 0, now);
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

    /** The string that begins here; null if the place is none. Names have no characters that JSON escapes. */
    private static String text(byte[] json, int from) {
        if (from < 0) {
            return null;
        }
        int end = from;
        while (end < json.length && json[end] != '"') {
            end++;
        }
        return new String(json, from, end - from, StandardCharsets.UTF_8);
    }

    /**
     * The place behind a mark; -1 if it is not there. Quotes within strings are escaped, so that a mark with quotes is
     * found between fields only.
     */
    private static int after(byte[] json, byte[] mark, int from) {
        byte second = mark[1]; // the first one is a quote, of which there are many
        int last = json.length - mark.length;
        for (int i = from; i <= last; i++) {
            if (json[i + 1] == second && Arrays.equals(json, i, i + mark.length, mark, 0, mark.length)) {
                return i + mark.length;
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
