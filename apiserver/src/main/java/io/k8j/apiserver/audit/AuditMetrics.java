package io.k8j.apiserver.audit;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** {@code apiserver_audit_*}. */
public final class AuditMetrics {
    private final LongAdder events = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final Map<String, LongAdder> levels = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();

    void event() {
        events.increment();
    }

    void level(AuditLevel level) {
        levels.computeIfAbsent(level.word(), l -> new LongAdder()).increment();
    }

    void rejected() {
        rejected.increment();
    }

    void lost(String plugin, int count) {
        errors.computeIfAbsent(plugin, p -> new LongAdder()).add(count);
    }

    /** Appends the metrics in Prometheus' text format. */
    public void write(StringBuilder out) {
        counter(
                out,
                "apiserver_audit_event_total",
                "Counter of audit events generated and sent to the audit backend.",
                "",
                Map.of("", events));
        counter(
                out,
                "apiserver_audit_requests_rejected_total",
                "Counter of apiserver requests rejected due to an error in audit logging backend.",
                "",
                Map.of("", rejected));
        counter(
                out,
                "apiserver_audit_level_total",
                "Counter of policy levels for audit events (1 per request).",
                "level",
                levels);
        counter(
                out,
                "apiserver_audit_error_total",
                "Counter of audit events that failed to be audited properly. Plugin identifies the plugin affected by"
                        + " the error.",
                "plugin",
                errors);
    }

    private static void counter(
            StringBuilder out, String name, String help, String label, Map<String, LongAdder> values) {
        if (values.isEmpty()) return;
        out.append("# HELP ").append(name).append(" [ALPHA] ").append(help).append('\n');
        out.append("# TYPE ").append(name).append(" counter\n");
        new TreeMap<>(values).forEach((value, count) -> {
            out.append(name);
            if (!label.isEmpty())
                out.append('{').append(label).append("=\"").append(value).append("\"}");
            out.append(' ').append(count.sum()).append('\n');
        });
    }
}
