package io.k8j.apiserver.http;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** {@code apiserver_request_total}, {@code apiserver_request_duration_seconds} and the requests under way. */
public final class RequestMetrics {
    private static final double[] BUCKETS = {
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60
    };

    private record Series(String verb, String group, String version, String resource, String subresource, int code) {
        String labels() {
            return "code=\"%d\",group=\"%s\",resource=\"%s\",subresource=\"%s\",verb=\"%s\",version=\"%s\""
                    .formatted(code, group, resource, subresource, verb, version);
        }

        Series ofAnyCode() {
            return new Series(verb, group, version, resource, subresource, 0);
        }

        String durationLabels() {
            return "group=\"%s\",resource=\"%s\",subresource=\"%s\",verb=\"%s\",version=\"%s\""
                    .formatted(group, resource, subresource, verb, version);
        }
    }

    private static final class Durations {
        private final LongAdder[] counts = new LongAdder[BUCKETS.length + 1];
        private final LongAdder nanos = new LongAdder();

        Durations() {
            for (int i = 0; i < counts.length; i++) {
                counts[i] = new LongAdder();
            }
        }

        void add(long took) {
            double seconds = took / 1e9;
            int bucket = 0;
            while (bucket < BUCKETS.length && seconds > BUCKETS[bucket]) {
                bucket++;
            }
            counts[bucket].increment();
            nanos.add(took);
        }
    }

    private final Map<Series, LongAdder> totals = new ConcurrentHashMap<>();
    private final Map<Series, Durations> durations = new ConcurrentHashMap<>();
    private final AtomicLong reading = new AtomicLong();
    private final AtomicLong mutating = new AtomicLong();

    void started(Exchange exchange) {
        inFlight(exchange).incrementAndGet();
    }

    void finished(Exchange exchange, long nanos) {
        inFlight(exchange).decrementAndGet();
        Series series = series(exchange);
        totals.computeIfAbsent(series, s -> new LongAdder()).increment();
        if (!series.verb().equals("WATCH") && !series.verb().equals("CONNECT")) {
            durations.computeIfAbsent(series.ofAnyCode(), l -> new Durations()).add(nanos);
        }
    }

    private AtomicLong inFlight(Exchange exchange) {
        return exchange.method().equals("GET") || exchange.method().equals("HEAD") ? reading : mutating;
    }

    private static Series series(Exchange exchange) {
        RequestPath path = exchange.path() == null ? null : exchange.requestPath();
        // Only what is really served becomes a label, or strangers could fill the memory with made-up ones.
        if (path == null || path.resource() == null || exchange.status() == 404 || exchange.status() == 401) {
            return new Series(
                    exchange.method().length() > 7 ? "OTHER" : exchange.method(), "", "", "", "", exchange.status());
        }
        var verb = CallReader.verb(exchange, path);
        String word = verb == null
                ? "OTHER"
                : verb.name().equals("UPDATE") ? "PUT" : verb.name().equals("CREATE") ? "POST" : verb.name();
        return new Series(
                word.toUpperCase(Locale.ROOT),
                path.resource().group(),
                path.resource().version(),
                path.resource().resource(),
                path.subresource(),
                exchange.status());
    }

    /** The metrics in Prometheus' text format. */
    public void write(StringBuilder out) {
        out.append("# HELP apiserver_request_total [STABLE] Counter of apiserver requests.\n");
        out.append("# TYPE apiserver_request_total counter\n");
        Map<String, Long> sorted = new TreeMap<>();
        totals.forEach((series, count) -> sorted.put(series.labels(), count.sum()));
        sorted.forEach((labels, count) -> out.append("apiserver_request_total{")
                .append(labels)
                .append("} ")
                .append(count)
                .append('\n'));
        out.append("# HELP apiserver_request_duration_seconds [STABLE] Response latency distribution in seconds.\n");
        out.append("# TYPE apiserver_request_duration_seconds histogram\n");
        Map<String, Durations> byLabels = new TreeMap<>();
        durations.forEach((series, d) -> byLabels.put(series.durationLabels(), d));
        byLabels.forEach((labels, d) -> writeHistogram(out, labels, d));
        out.append("# HELP apiserver_current_inflight_requests [STABLE] Requests being served, by kind.\n");
        out.append("# TYPE apiserver_current_inflight_requests gauge\n");
        out.append("apiserver_current_inflight_requests{request_kind=\"mutating\"} ")
                .append(mutating.get())
                .append('\n');
        out.append("apiserver_current_inflight_requests{request_kind=\"readOnly\"} ")
                .append(reading.get())
                .append('\n');
    }

    private static void writeHistogram(StringBuilder out, String labels, Durations d) {
        long sum = 0;
        for (int i = 0; i <= BUCKETS.length; i++) {
            sum += d.counts[i].sum();
            String bound =
                    i == BUCKETS.length ? "+Inf" : Double.toString(BUCKETS[i]).replaceAll("\\.0$", "");
            out.append("apiserver_request_duration_seconds_bucket{")
                    .append(labels)
                    .append(",le=\"")
                    .append(bound)
                    .append("\"} ")
                    .append(sum)
                    .append('\n');
        }
        out.append("apiserver_request_duration_seconds_sum{")
                .append(labels)
                .append("} ")
                .append(d.nanos.sum() / 1e9)
                .append('\n');
        out.append("apiserver_request_duration_seconds_count{")
                .append(labels)
                .append("} ")
                .append(sum)
                .append('\n');
    }
}
