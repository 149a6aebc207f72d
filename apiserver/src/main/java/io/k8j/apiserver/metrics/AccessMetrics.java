package io.k8j.apiserver.metrics;

import io.k8j.model.metrics.Histogram;
import io.k8j.model.metrics.MetricText;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** {@code authentication_*} and {@code authorization_*}: who was let in, who was not, and how long it took to find out. */
public final class AccessMetrics {
    private static final double[] SECONDS = {
        0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096, 8.192, 16.384
    };

    private static final class Counts {
        private final LongAdder total = new LongAdder();
        private final Histogram seconds = new Histogram(SECONDS);
    }

    private final Map<String, Counts> logins = new ConcurrentHashMap<>();
    private final Map<String, Counts> decisions = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> users = new ConcurrentHashMap<>();

    /** Notes an attempt to log in: {@code success} of a known kind of user, or {@code failure}. */
    public void login(String result, String user, long nanos) {
        note(logins, result, nanos);
        if (user != null)
            users.computeIfAbsent(kindOf(user), u -> new LongAdder()).increment();
    }

    /** Notes a decision: {@code allowed}, {@code denied} or {@code no-opinion}. */
    public void decision(String result, long nanos) {
        note(decisions, result, nanos);
    }

    private static void note(Map<String, Counts> map, String result, long nanos) {
        Counts counts = map.computeIfAbsent(result, r -> new Counts());
        counts.total.increment();
        counts.seconds.observe(nanos / 1e9);
    }

    /** Upstream's classes of users, so that names do not become labels. */
    private static String kindOf(String user) {
        if (user.equals("admin") || user.equals("kubelet") || user.equals("kube_proxy")) return user;
        if (user.equals("system:serviceaccount:kube-system:default")) return user;
        return "other";
    }

    /** Appends the metrics in Prometheus' text format. */
    public void write(StringBuilder out) {
        TreeMap<String, Number> known = new TreeMap<>();
        users.forEach((user, count) -> known.put(MetricText.label("username", user), count.sum()));
        MetricText.family(
                out,
                "authenticated_user_requests",
                "ALPHA",
                "Counter of authenticated requests broken out by username.",
                "counter",
                known);
        write(
                out,
                logins,
                "authentication_attempts",
                "Counter of authenticated attempts.",
                "authentication_duration_seconds",
                "Authentication duration in seconds broken out by result.");
        write(
                out,
                decisions,
                "authorization_attempts_total",
                "Counter of authorization attempts broken down by result. It can be either 'allowed', 'denied',"
                        + " 'no-opinion' or 'error'.",
                "authorization_duration_seconds",
                "Authorization duration in seconds broken out by result.");
    }

    private static void write(
            StringBuilder out,
            Map<String, Counts> map,
            String total,
            String totalHelp,
            String seconds,
            String secondsHelp) {
        TreeMap<String, Number> totals = new TreeMap<>();
        TreeMap<String, Histogram> durations = new TreeMap<>();
        map.forEach((result, counts) -> {
            totals.put(MetricText.label("result", result), counts.total.sum());
            durations.put(MetricText.label("result", result), counts.seconds);
        });
        MetricText.family(out, total, "ALPHA", totalHelp, "counter", totals);
        MetricText.histograms(out, seconds, "ALPHA", secondsHelp, durations);
    }
}
