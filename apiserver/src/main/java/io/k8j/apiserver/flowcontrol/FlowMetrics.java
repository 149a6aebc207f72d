package io.k8j.apiserver.flowcontrol;

import io.k8j.apiserver.flowcontrol.PriorityLevel.Standing;
import io.k8j.model.metrics.Histogram;
import io.k8j.model.metrics.MetricText;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** {@code apiserver_flowcontrol_*}. */
final class FlowMetrics {
    private static final String START = "apiserver_flowcontrol_";

    private FlowMetrics() {}

    static void write(StringBuilder out, FlowController controller) {
        counters(out, controller);
        gauges(out, controller);
        durations(out, controller);
        levels(out, controller);
    }

    private static void counters(StringBuilder out, FlowController controller) {
        TreeMap<String, Number> rejected = new TreeMap<>();
        TreeMap<String, Number> dispatched = new TreeMap<>();
        controller.stats().forEach((labels, stats) -> {
            if (stats.dispatched.sum() > 0) dispatched.put(labels, stats.dispatched.sum());
            stats.rejected.forEach((reason, count) -> rejected.put(labels + ",reason=\"" + reason + "\"", count.sum()));
        });
        family(
                out,
                "rejected_requests_total",
                "BETA",
                "Number of requests rejected by API Priority and Fairness subsystem",
                "counter",
                rejected);
        family(
                out,
                "dispatched_requests_total",
                "BETA",
                "Number of requests executed by API Priority and Fairness subsystem",
                "counter",
                dispatched);
    }

    private static void gauges(StringBuilder out, FlowController controller) {
        gauge(
                out,
                controller,
                "current_inqueue_requests",
                "BETA",
                "Number of requests currently pending in queues of the API Priority and Fairness subsystem",
                s -> s.waitingRequests.get());
        gauge(
                out,
                controller,
                "current_inqueue_seats",
                "ALPHA",
                "Number of seats currently pending in queues of the API Priority and Fairness subsystem",
                s -> s.waitingSeats.get());
        gauge(
                out,
                controller,
                "current_executing_requests",
                "BETA",
                "Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API"
                        + " Priority and Fairness subsystem",
                s -> s.executingRequests.get());
        gauge(
                out,
                controller,
                "current_executing_seats",
                "BETA",
                "Concurrency (number of seats) occupied by the currently executing (initial stage for a WATCH, any"
                        + " stage otherwise) requests in the API Priority and Fairness subsystem",
                s -> s.executingSeats.get());
    }

    private static void gauge(
            StringBuilder out,
            FlowController controller,
            String name,
            String stability,
            String help,
            ToDoubleFunction<FlowStats> value) {
        TreeMap<String, Number> samples = new TreeMap<>();
        controller.stats().forEach((labels, stats) -> {
            if (stats.dispatched.sum() > 0 || stats.waitingRequests.get() > 0) {
                samples.put(labels, value.applyAsDouble(stats));
            }
        });
        family(out, name, stability, help, "gauge", samples);
    }

    private static void durations(StringBuilder out, FlowController controller) {
        TreeMap<String, Histogram> waits = new TreeMap<>();
        TreeMap<String, Histogram> executions = new TreeMap<>();
        controller.stats().forEach((labels, stats) -> {
            if (stats.dispatched.sum() == 0 && stats.rejected.isEmpty()) return;
            waits.put("execute=\"true\"," + labels, stats.waited);
            if (!stats.rejected.isEmpty()) waits.put("execute=\"false\"," + labels, stats.waitedInVain);
            executions.put(labels + ",type=\"regular\"", stats.executed);
            executions.put(labels + ",type=\"watch\"", stats.watchesBegun);
        });
        MetricText.histograms(
                out,
                START + "request_wait_duration_seconds",
                "BETA",
                "Length of time a request spent waiting in its queue",
                waits);
        MetricText.histograms(
                out,
                START + "request_execution_seconds",
                "ALPHA",
                "Duration of initial stage (for a WATCH) or any (for a non-WATCH) stage of request execution in the"
                        + " API Priority and Fairness subsystem",
                executions);
        histograms(
                out,
                controller,
                "work_estimated_seats",
                "Number of estimated seats (maximum of initial and final seats) associated with requests in API"
                        + " Priority and Fairness",
                s -> s.seats);
        histograms(
                out,
                controller,
                "request_queue_length_after_enqueue",
                "Length of queue in the API Priority and Fairness subsystem, as seen by each request after it is"
                        + " enqueued",
                s -> s.lengths);
    }

    private static void histograms(
            StringBuilder out, FlowController controller, String name, String help, Function<FlowStats, Histogram> of) {
        TreeMap<String, Histogram> samples = new TreeMap<>();
        controller.stats().forEach((labels, stats) -> {
            if (stats.dispatched.sum() > 0) samples.put(labels, of.apply(stats));
        });
        MetricText.histograms(out, START + name, "ALPHA", help, samples);
    }

    private static void levels(StringBuilder out, FlowController controller) {
        level(
                out,
                controller,
                "nominal_limit_seats",
                "BETA",
                "Nominal number of execution seats configured for each priority level",
                Standing::nominal);
        level(
                out,
                controller,
                "lower_limit_seats",
                "ALPHA",
                "Configured lower bound on number of execution seats available to each priority level",
                Standing::lowest);
        level(
                out,
                controller,
                "upper_limit_seats",
                "ALPHA",
                "Configured upper bound on number of execution seats available to each priority level",
                Standing::highest);
        level(
                out,
                controller,
                "current_limit_seats",
                "ALPHA",
                "current derived number of execution seats available to each priority level",
                Standing::limit);
        level(
                out,
                controller,
                "demand_seats_high_watermark",
                "ALPHA",
                "High watermark, over last adjustment period, of demand_seats",
                Standing::peak);
        level(
                out,
                controller,
                "demand_seats_average",
                "ALPHA",
                "Time-weighted average, over last adjustment period, of demand_seats",
                Standing::average);
        level(
                out,
                controller,
                "demand_seats_stdev",
                "ALPHA",
                "Time-weighted standard deviation, over last adjustment period, of demand_seats",
                Standing::deviation);
        level(out, controller, "demand_seats_smoothed", "ALPHA", "Smoothed seat demands", Standing::smoothed);
        MetricText.single(
                out,
                START + "seat_fair_frac",
                "ALPHA",
                "Fair fraction of server's concurrency to allocate to each priority level that can use it",
                "gauge",
                controller.fraction());
    }

    private static void level(
            StringBuilder out,
            FlowController controller,
            String name,
            String stability,
            String help,
            ToDoubleFunction<Standing> value) {
        TreeMap<String, Number> samples = new TreeMap<>();
        controller
                .levels()
                .forEach((level, state) ->
                        samples.put(MetricText.label("priority_level", level), value.applyAsDouble(state.standing())));
        family(out, name, stability, help, "gauge", samples);
    }

    private static void family(
            StringBuilder out,
            String name,
            String stability,
            String help,
            String type,
            TreeMap<String, Number> samples) {
        MetricText.family(out, START + name, stability, help, type, samples);
    }
}
