package io.k8j.dns;

import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts under CoreDNS' names, in Prometheus' text form. Safe for all threads. */
final class Metrics {
    private static final double[] BOUNDS = {
        0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096,
        8.192
    };
    private static final Map<String, String> HELP = Map.of(
            "coredns_dns_requests_total", "Counter of DNS requests made per zone, protocol and family.",
            "coredns_dns_responses_total", "Counter of response status codes.",
            "coredns_cache_hits_total", "The count of cache hits.",
            "coredns_proxy_requests_total", "Counter of requests made per upstream.");

    private final ConcurrentMap<String, ConcurrentMap<String, LongAdder>> counters = new ConcurrentSkipListMap<>();
    private final LongAdder[] buckets = new LongAdder[BOUNDS.length + 1];
    private final LongAdder nanos = new LongAdder();

    Metrics() {
        for (int i = 0; i < buckets.length; i++) buckets[i] = new LongAdder();
        HELP.keySet().forEach(name -> counters.put(name, new ConcurrentSkipListMap<>()));
    }

    void answered(Query query, byte[] answer, boolean tcp, boolean v6, String zone, long took) {
        count(
                "coredns_dns_requests_total",
                "family=\"%s\",proto=\"%s\",server=\"dns://:53\",type=\"%s\",zone=\"%s\""
                        .formatted(v6 ? "2" : "1", tcp ? "tcp" : "udp", Wire.typeName(query.type()), zone));
        count(
                "coredns_dns_responses_total",
                "rcode=\"%s\",server=\"dns://:53\",zone=\"%s\"".formatted(Wire.rcodeName(answer[3] & 0xf), zone));
        int bucket = 0;
        while (bucket < BOUNDS.length && took > BOUNDS[bucket] * 1e9) bucket++;
        buckets[bucket].increment();
        nanos.add(took);
    }

    void cacheHit() {
        count("coredns_cache_hits_total", "server=\"dns://:53\",zones=\".\"");
    }

    void forwarded(InetSocketAddress server, String outcome) {
        count(
                "coredns_proxy_requests_total",
                "proxy_name=\"forward\",rcode=\"%s\",to=\"%s:%d\""
                        .formatted(outcome, server.getAddress().getHostAddress(), server.getPort()));
    }

    private void count(String name, String labels) {
        counters.get(name).computeIfAbsent(labels, l -> new LongAdder()).increment();
    }

    String text() {
        StringBuilder out = new StringBuilder();
        counters.forEach((name, series) -> {
            head(out, name, HELP.get(name), "counter");
            series.forEach((labels, value) -> out.append("%s{%s} %d\n".formatted(name, labels, value.sum())));
        });
        String name = "coredns_dns_request_duration_seconds";
        head(out, name, "Histogram of the time (in seconds) each request took per zone.", "histogram");
        String labels = "server=\"dns://:53\",zone=\".\"";
        long sum = 0;
        for (int i = 0; i < buckets.length; i++) {
            sum += buckets[i].sum();
            String bound = i < BOUNDS.length ? Double.toString(BOUNDS[i]) : "+Inf";
            out.append("%s_bucket{%s,le=\"%s\"} %d\n".formatted(name, labels, bound, sum));
        }
        out.append(String.format(Locale.ROOT, "%s_sum{%s} %.9f\n", name, labels, nanos.sum() / 1e9));
        out.append("%s_count{%s} %d\n".formatted(name, labels, sum));
        return out.toString();
    }

    private static void head(StringBuilder out, String name, String help, String type) {
        out.append("# HELP %s %s\n# TYPE %s %s\n".formatted(name, help, name, type));
    }
}
