package io.k8j.metrics;

import io.k8j.metrics.Points.PodName;
import io.k8j.metrics.Points.Point;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads what a kubelet answers at {@code /metrics/resource}: Prometheus' text form, version 0.0.4. Pure. */
final class ResourceText {

    /** A container or node while its lines are read. */
    private static final class Measured {
        private Instant start = Instant.EPOCH;
        private Instant timestamp = Instant.EPOCH;
        private long cpuNanos;
        private long memoryBytes;

        Point point() {
            return new Point(start, timestamp, cpuNanos, memoryBytes);
        }
    }

    private final Instant asked;
    private final Measured node = new Measured();
    private final Map<PodName, Map<String, Measured>> pods = new HashMap<>();

    private ResourceText(Instant asked) {
        this.asked = asked;
    }

    /**
     * Reads an answer. Unknown metrics and lines that cannot be read are passed over; nodes and Pods of which something is
     * missing are left out.
     *
     * @param asked when: the time of samples that have none of their own
     */
    static Points read(String nodeName, String text, Instant asked) {
        ResourceText reader = new ResourceText(asked);
        text.lines().forEach(reader::line);
        return reader.points(nodeName);
    }

    private void line(String line) {
        if (line.isEmpty() || line.charAt(0) == '#') return;
        int brace = line.indexOf('{');
        int end = brace < 0 ? line.indexOf(' ') : line.lastIndexOf('}');
        if (end < 0 || brace > end) return;
        String name = line.substring(0, brace < 0 ? end : brace);
        String labels = brace < 0 ? "" : line.substring(brace + 1, end);
        String[] words = line.substring(end + 1).strip().split("\\s+");
        try {
            double value = Double.parseDouble(words[0]);
            Instant at = words.length > 1 ? Instant.ofEpochMilli(Long.parseLong(words[1])) : asked;
            sample(name, labels, value, at);
        } catch (NumberFormatException e) {
            return; // a line of another form than the kubelet's
        }
    }

    private void sample(String name, String labels, double value, Instant at) {
        switch (name) {
            case "node_cpu_usage_seconds_total" -> cpu(node, value, at);
            case "node_memory_working_set_bytes" -> memory(node, value, at);
            case "container_cpu_usage_seconds_total" -> cpu(container(labels), value, at);
            case "container_memory_working_set_bytes" -> memory(container(labels), value, at);
            case "container_start_time_seconds" ->
                container(labels).start = Instant.EPOCH.plusMillis((long) (value * 1000));
            default -> {}
        }
    }

    private static void cpu(Measured of, double seconds, Instant at) {
        of.cpuNanos = (long) (seconds * 1e9);
        of.timestamp = at;
    }

    private static void memory(Measured of, double bytes, Instant at) {
        of.memoryBytes = (long) bytes;
        // Where the two differ, the processor's counts, for a rate is made of it.
        if (of.cpuNanos == 0) of.timestamp = at;
    }

    private Measured container(String labels) {
        PodName pod = new PodName(label(labels, "namespace"), label(labels, "pod"));
        return pods.computeIfAbsent(pod, p -> new LinkedHashMap<>())
                .computeIfAbsent(label(labels, "container"), c -> new Measured());
    }

    /** Names of namespaces, Pods and containers have no character that is written in another way. */
    private static String label(String labels, String name) {
        String begin = name + "=\"";
        int at = labels.startsWith(begin) ? 0 : labels.indexOf("," + begin) + 1;
        if (at == 0 && !labels.startsWith(begin)) return "";
        int from = at + begin.length();
        int to = labels.indexOf('"', from);
        return to < 0 ? "" : labels.substring(from, to);
    }

    private Points points(String nodeName) {
        Points points = Points.none();
        if (node.point().isComplete()) points.nodes().put(nodeName, node.point());
        pods.forEach((pod, containers) -> {
            Map<String, Point> all = new LinkedHashMap<>();
            containers.forEach((name, measured) -> all.put(name, measured.point()));
            if (all.values().stream().allMatch(Point::isComplete)) points.pods().put(pod, all);
        });
        return points;
    }
}
