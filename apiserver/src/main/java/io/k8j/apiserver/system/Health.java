package io.k8j.apiserver.system;

import io.k8j.apiserver.http.Dispatcher;
import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.ExchangeHandler;
import io.k8j.model.api.GoQuote;
import io.k8j.model.metrics.MetricText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /livez}, {@code /readyz}, {@code /healthz}: all checks, or a single one below them; {@code ?verbose} lists them
 * and {@code ?exclude=} leaves some out. What came out is counted for {@code /metrics/slis}.
 */
public final class Health implements Dispatcher.Documents {
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final List<String> ROOTS = List.of("livez", "readyz", "healthz");

    /**
     * One thing that must be well.
     *
     * @param wrong what is wrong with it, empty if nothing is; does not block for long
     * @param readyOnly whether it counts for readiness only
     */
    public record Check(String name, Supplier<Optional<String>> wrong, boolean readyOnly) {
        /** A check of all three paths. */
        public static Check of(String name, Supplier<Optional<String>> wrong) {
            return new Check(name, wrong, false);
        }

        /** A check of {@code /readyz}. */
        public static Check ready(String name, Supplier<Optional<String>> wrong) {
            return new Check(name, wrong, true);
        }
    }

    private record Outcome(String name, String type) {
        String labels() {
            return "name=\"" + name + "\"";
        }
    }

    private final List<Check> checks;
    private final Map<Outcome, Boolean> last = new ConcurrentHashMap<>();
    private final Map<Outcome, LongAdder> passed = new ConcurrentHashMap<>();
    private final Map<Outcome, LongAdder> failed = new ConcurrentHashMap<>();

    /** @param checks in the order in which they are listed */
    public Health(List<Check> checks) {
        this.checks = List.copyOf(checks);
    }

    private List<Check> of(String root) {
        return checks.stream()
                .filter(check -> root.equals("readyz") || !check.readyOnly())
                .toList();
    }

    /** All paths served here, sorted. */
    List<String> paths() {
        TreeSet<String> paths = new TreeSet<>();
        for (String root : ROOTS) {
            paths.add("/" + root);
            of(root).forEach(check -> paths.add("/" + root + "/" + check.name()));
        }
        return List.copyOf(paths);
    }

    @Override
    public Optional<ExchangeHandler> find(Exchange exchange) {
        String path = exchange.path();
        for (String root : ROOTS) {
            if (path.equals("/" + root)) {
                return Optional.of(e -> all(e, root));
            }
            if (path.startsWith("/" + root + "/")) {
                String name = path.substring(root.length() + 2);
                return of(root).stream()
                        .filter(check -> check.name().equals(name))
                        .findFirst()
                        .map(check -> e -> single(e, check));
            }
        }
        return Optional.empty();
    }

    private static void single(Exchange exchange, Check check) {
        Optional<String> wrong = check.wrong().get();
        if (wrong.isPresent()) {
            text(exchange, 500, "internal server error: " + wrong.get() + "\n");
        } else {
            exchange.respond(200, TEXT, "ok".getBytes(StandardCharsets.UTF_8));
        }
    }

    private void all(Exchange exchange, String root) {
        TreeSet<String> unknown = new TreeSet<>(exchange.query().getOrDefault("exclude", List.of()));
        List<String> excluded = List.copyOf(unknown);
        StringBuilder lines = new StringBuilder();
        StringBuilder reasons = new StringBuilder();
        for (Check check : of(root)) {
            if (excluded.contains(check.name())) {
                unknown.remove(check.name());
                lines.append("[+]").append(check.name()).append(" excluded: ok\n");
                continue;
            }
            Optional<String> wrong = check.wrong().get();
            count(new Outcome(check.name(), root), wrong.isEmpty());
            // This path is public, so the reason goes to the log only.
            lines.append(wrong.isPresent() ? "[-]" : "[+]").append(check.name());
            lines.append(wrong.isPresent() ? " failed: reason withheld\n" : " ok\n");
            wrong.ifPresent(
                    why -> reasons.append(check.name()).append(": ").append(why).append("; "));
        }
        if (!unknown.isEmpty()) {
            lines.append("warn: some health checks cannot be excluded: no matches for ")
                    .append(unknown.stream().map(GoQuote::quote).collect(Collectors.joining(",")))
                    .append('\n');
        }
        if (!reasons.isEmpty()) {
            LOG.atInfo()
                    .addKeyValue("path", root)
                    .addKeyValue("failed", reasons)
                    .log("health check failed");
            text(exchange, 500, lines + root + " check failed\n");
        } else if (exchange.query().containsKey("verbose")) {
            text(exchange, 200, lines + root + " check passed\n");
        } else {
            text(exchange, 200, "ok");
        }
    }

    private void count(Outcome outcome, boolean ok) {
        last.put(outcome, ok);
        (ok ? passed : failed).computeIfAbsent(outcome, o -> new LongAdder()).increment();
    }

    /** Appends what {@code /metrics/slis} shows. */
    public void write(StringBuilder out) {
        TreeMap<String, Number> now = new TreeMap<>();
        TreeMap<String, Number> totals = new TreeMap<>();
        last.forEach((outcome, ok) -> now.put(outcome.labels() + ",type=\"" + outcome.type() + "\"", ok ? 1 : 0));
        passed.forEach((outcome, count) ->
                totals.put(outcome.labels() + ",status=\"success\",type=\"" + outcome.type() + "\"", count.sum()));
        failed.forEach((outcome, count) ->
                totals.put(outcome.labels() + ",status=\"error\",type=\"" + outcome.type() + "\"", count.sum()));
        MetricText.family(
                out,
                "kubernetes_healthcheck",
                "STABLE",
                "This metric records the result of a single healthcheck.",
                "gauge",
                now);
        MetricText.family(
                out,
                "kubernetes_healthchecks_total",
                "STABLE",
                "This metric records the results of all healthcheck.",
                "counter",
                totals);
    }

    private static void text(Exchange exchange, int code, String text) {
        exchange.addResponseHeader("X-Content-Type-Options", "nosniff");
        exchange.respond(code, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }
}
