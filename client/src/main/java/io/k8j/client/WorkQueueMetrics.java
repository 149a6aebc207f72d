package io.k8j.client;

import io.k8j.model.metrics.Histogram;
import io.k8j.model.metrics.MetricText;
import java.util.Collection;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** {@code workqueue_*}: what waits for controllers, and how long they take. */
public final class WorkQueueMetrics {
    private WorkQueueMetrics() {}

    /** Appends the metrics of queues in Prometheus' text format. */
    public static void write(StringBuilder out, Collection<ControllerLoop.Metrics> queues) {
        family(out, queues, "adds_total", "Total number of adds handled by workqueue", "counter", q -> q.adds());
        family(out, queues, "depth", "Current depth of workqueue", "gauge", q -> q.depth());
        family(
                out,
                queues,
                "longest_running_processor_seconds",
                "How many seconds has the longest running processor for workqueue been running.",
                "gauge",
                WorkQueue.Figures::longestSeconds);
        histograms(
                out,
                queues,
                "queue_duration_seconds",
                "How long in seconds an item stays in workqueue before being requested.",
                WorkQueue.Figures::queued);
        family(
                out,
                queues,
                "retries_total",
                "Total number of retries handled by workqueue",
                "counter",
                q -> q.retries());
        family(
                out,
                queues,
                "unfinished_work_seconds",
                "How many seconds of work has done that is in progress and hasn't been observed by work_duration. Large"
                        + " values indicate stuck threads. One can deduce the number of stuck threads by observing the"
                        + " rate at which this increases.",
                "gauge",
                WorkQueue.Figures::unfinishedSeconds);
        histograms(
                out,
                queues,
                "work_duration_seconds",
                "How long in seconds processing an item from workqueue takes.",
                WorkQueue.Figures::worked);
    }

    private static void family(
            StringBuilder out,
            Collection<ControllerLoop.Metrics> queues,
            String name,
            String help,
            String type,
            ToDoubleFunction<WorkQueue.Figures> value) {
        TreeMap<String, Number> samples = new TreeMap<>();
        queues.forEach(
                queue -> samples.put(MetricText.label("name", queue.name()), value.applyAsDouble(queue.queue())));
        MetricText.family(out, "workqueue_" + name, "BETA", help, type, samples);
    }

    private static void histograms(
            StringBuilder out,
            Collection<ControllerLoop.Metrics> queues,
            String name,
            String help,
            Function<WorkQueue.Figures, Histogram> value) {
        TreeMap<String, Histogram> samples = new TreeMap<>();
        queues.forEach(queue -> samples.put(MetricText.label("name", queue.name()), value.apply(queue.queue())));
        MetricText.histograms(out, "workqueue_" + name, "BETA", help, samples);
    }
}
