package io.k8j.apiserver.http;

import io.k8j.model.metrics.Histogram;
import io.k8j.model.metrics.MetricText;
import io.k8j.model.resource.GroupVersionResource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** {@code apiserver_request_*} and their like: how many requests of which kind, how long, how large, how many at once. */
public final class RequestMetrics {
    private static final double[] SECONDS = {
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60
    };
    private static final double[] SLI_SECONDS = {
        0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60
    };
    private static final double[] SIZES = {1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    private static final Set<String> CONNECTS = Set.of("exec", "attach", "portforward", "proxy", "log");
    /** Core resources that nobody should use any more; no version without them is decided on. */
    private static final Set<String> DEPRECATED = Set.of("componentstatuses", "endpoints");

    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT");
    private static final List<String> PROBES = List.of("/healthz", "/livez", "/readyz");

    /** Which requests are counted together. */
    private record Kind(
            String verb,
            String dryRun,
            String group,
            String version,
            String resource,
            String subresource,
            String scope) {
        // Spelled out, because each request looks one up and generated ones are slow until they are compiled.
        @Override
        public boolean equals(Object other) {
            return other instanceof Kind o
                    && resource.equals(o.resource)
                    && verb.equals(o.verb)
                    && scope.equals(o.scope)
                    && subresource.equals(o.subresource)
                    && group.equals(o.group)
                    && version.equals(o.version)
                    && dryRun.equals(o.dryRun);
        }

        @Override
        public int hashCode() {
            return ((resource.hashCode() * 31 + verb.hashCode()) * 31 + scope.hashCode()) * 31
                    + subresource.hashCode() * 31
                    + group.hashCode();
        }

        String labels(boolean withDryRun) {
            return "component=\"apiserver\"," + (withDryRun ? "dry_run=\"" + dryRun + "\"," : "")
                    + "group=\"%s\",resource=\"%s\",scope=\"%s\",subresource=\"%s\",verb=\"%s\",version=\"%s\""
                            .formatted(group, resource, scope, subresource, verb, version);
        }
    }

    private static final class Counts {
        private final Map<Integer, LongAdder> codes = new ConcurrentHashMap<>();
        private final Histogram seconds = new Histogram(SECONDS);
        private final Histogram sli = new Histogram(SLI_SECONDS);
        private final Histogram sizes = new Histogram(SIZES);
        private final AtomicLong open = new AtomicLong();
        private final LongAdder refused = new LongAdder();
        private volatile boolean timed;
        private volatile boolean sized;
        private volatile boolean longRunning;
    }

    private final Map<Kind, Counts> kinds = new ConcurrentHashMap<>();
    private final Map<GroupVersionResource, LongAdder> watchEvents = new ConcurrentHashMap<>();
    private final Set<String> deprecated = ConcurrentHashMap.newKeySet();
    private final LongAdder timeouts = new LongAdder();
    private final AtomicLong reading = new AtomicLong();
    private final AtomicLong mutating = new AtomicLong();

    void started(Exchange exchange) {
        inFlight(exchange).incrementAndGet();
    }

    void finished(Exchange exchange, long nanos) {
        inFlight(exchange).decrementAndGet();
        Kind kind = kind(exchange);
        if (kind.group.isEmpty() && DEPRECATED.contains(kind.resource)) deprecated.add(kind.resource);
        Counts counts = kinds.get(kind);
        if (counts == null) counts = kinds.computeIfAbsent(kind, k -> new Counts());
        LongAdder answered = counts.codes.get(exchange.status());
        if (answered == null) answered = counts.codes.computeIfAbsent(exchange.status(), code -> new LongAdder());
        answered.increment();
        if (exchange.status() == 429) counts.refused.increment();
        if (exchange.status() == 504) timeouts.increment();
        boolean longRunning = exchange.path() != null && exchange.facts().longRunning();
        if (longRunning) {
            follow(exchange, counts);
            return;
        }
        counts.timed = true;
        double seconds = nanos / 1e9;
        counts.seconds.observe(seconds);
        if (kind.dryRun().isEmpty()) counts.sli.observe(Math.max(0, seconds - exchange.waitedNanos() / 1e9));
        if (kind.verb().equals("GET") || kind.verb().equals("LIST")) {
            counts.sized = true;
            counts.sizes.observe(exchange.responseBytes());
        }
    }

    /** The handler is back, but the answer goes on; it may also be over already. */
    private static void follow(Exchange exchange, Counts counts) {
        counts.longRunning = true;
        counts.open.incrementAndGet();
        exchange.onComplete(counts.open::decrementAndGet);
    }

    /** Counts the events that watches of a resource are told. */
    LongAdder watchEvents(GroupVersionResource resource) {
        return watchEvents.computeIfAbsent(resource, r -> new LongAdder());
    }

    private AtomicLong inFlight(Exchange exchange) {
        return exchange.method().equals("GET") || exchange.method().equals("HEAD") ? reading : mutating;
    }

    private static Kind kind(Exchange exchange) {
        String method = METHODS.contains(exchange.method()) ? exchange.method() : "OTHER";
        // Only what is really served becomes a label, or strangers could fill the memory with made-up ones.
        if (exchange.path() == null || exchange.status() == 404 || exchange.status() == 401) {
            return new Kind(method, "", "", "", "", "", "");
        }
        RequestFacts facts = exchange.facts();
        if (!facts.isResource()) {
            String probe = PROBES.contains(exchange.path()) ? exchange.path() : "";
            return new Kind(method, "", "", "", "", probe, "");
        }
        RequestPath path = facts.path();
        boolean named = !path.name().isEmpty() || facts.verb().equals("create");
        String scope = named ? "resource" : path.namespace().isEmpty() ? "cluster" : "namespace";
        return new Kind(
                verb(exchange, facts, method, named),
                dryRun(exchange),
                path.resource().group(),
                path.resource().version(),
                path.resource().resource(),
                path.subresource(),
                scope);
    }

    private static String verb(Exchange exchange, RequestFacts facts, String method, boolean named) {
        if (CONNECTS.contains(facts.path().subresource())) return "CONNECT";
        return switch (facts.verb()) {
            case "watch" -> "WATCH";
            case "get", "list" -> named ? "GET" : "LIST";
            case "patch" -> {
                String type = exchange.header("Content-Type");
                yield type != null && type.toLowerCase(Locale.ROOT).startsWith("application/apply-patch+yaml")
                        ? "APPLY"
                        : "PATCH";
            }
            default -> method;
        };
    }

    private static String dryRun(Exchange exchange) {
        String value = exchange.query("dryRun");
        if (value == null || value.isEmpty()) return "";
        return value.equals("All") ? "All" : "invalid";
    }

    /** Appends the metrics in Prometheus' text format. */
    public void write(StringBuilder out) {
        TreeMap<String, Number> totals = new TreeMap<>();
        TreeMap<String, Number> open = new TreeMap<>();
        TreeMap<String, Number> refused = new TreeMap<>();
        TreeMap<String, Histogram> seconds = new TreeMap<>();
        TreeMap<String, Histogram> sli = new TreeMap<>();
        TreeMap<String, Histogram> sizes = new TreeMap<>();
        kinds.forEach((kind, counts) -> {
            String labels = kind.labels(true);
            String plain = kind.labels(false);
            counts.codes.forEach((code, count) -> totals.put("code=\"" + code + "\"," + labels, count.sum()));
            if (counts.longRunning) open.put(plain, counts.open.get());
            if (counts.refused.sum() > 0) refused.put("code=\"429\"," + plain, counts.refused.sum());
            if (counts.timed) seconds.put(labels, counts.seconds);
            if (counts.timed && kind.dryRun().isEmpty()) sli.put(plain, counts.sli);
            if (counts.sized) sizes.put(plain, counts.sizes);
        });
        TreeMap<String, Number> old = new TreeMap<>();
        deprecated.forEach(resource -> old.put(
                "group=\"\",removed_release=\"\",resource=\"" + resource + "\",subresource=\"\",version=\"v1\"", 1));
        MetricText.family(
                out,
                "apiserver_requested_deprecated_apis",
                "STABLE",
                "Gauge of deprecated APIs that have been requested, broken out by API group, version, resource,"
                        + " subresource, and removed_release.",
                "gauge",
                old);
        MetricText.family(
                out,
                "apiserver_request_total",
                "STABLE",
                "Counter of apiserver requests broken out for each verb, dry run value, group, version, resource,"
                        + " scope, component, and HTTP response code.",
                "counter",
                totals);
        MetricText.histograms(
                out,
                "apiserver_request_duration_seconds",
                "STABLE",
                "Response latency distribution in seconds for each verb, dry run value, group, version, resource,"
                        + " subresource, scope and component.",
                seconds);
        MetricText.histograms(
                out,
                "apiserver_request_sli_duration_seconds",
                "ALPHA",
                "Response latency distribution (not counting webhook duration and priority & fairness queue wait"
                        + " times) in seconds for each verb, group, version, resource, subresource, scope and component.",
                sli);
        MetricText.histograms(
                out,
                "apiserver_response_sizes",
                "STABLE",
                "Response size distribution in bytes for each group, version, verb, resource, subresource, scope and"
                        + " component.",
                sizes);
        MetricText.family(
                out,
                "apiserver_longrunning_requests",
                "STABLE",
                "Gauge of all active long-running apiserver requests broken out by verb, group, version, resource,"
                        + " scope and component. Not all requests are tracked this way.",
                "gauge",
                open);
        MetricText.family(
                out,
                "apiserver_request_terminations_total",
                "ALPHA",
                "Number of requests which apiserver terminated in self-defense.",
                "counter",
                refused);
        MetricText.single(
                out,
                "apiserver_request_aborts_total",
                "ALPHA",
                "Number of requests which apiserver aborted possibly due to a timeout, for each group, version, verb,"
                        + " resource, subresource and scope",
                "counter",
                timeouts.sum());
        MetricText.family(
                out,
                "apiserver_current_inflight_requests",
                "STABLE",
                "Maximal number of currently used inflight request limit of this apiserver per request kind in last"
                        + " second.",
                "gauge",
                Map.of("request_kind=\"mutating\"", mutating.get(), "request_kind=\"readOnly\"", reading.get()));
        TreeMap<String, Number> events = new TreeMap<>();
        watchEvents.forEach((resource, count) -> events.put(
                "group=\"%s\",resource=\"%s\",version=\"%s\""
                        .formatted(resource.group(), resource.resource(), resource.version()),
                count.sum()));
        MetricText.family(
                out,
                "apiserver_watch_events_total",
                "ALPHA",
                "Number of events sent in watch clients",
                "counter",
                events);
    }
}
