package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts and times of admission, under upstream's names. Safe for all threads. */
public final class AdmissionMetrics {
    private static final double[] STEPS = {0.005, 0.025, 0.1, 0.5, 1.0, 2.5};
    private static final double[] HOOKS = {0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 10, 25};
    private static final double[] CONDITIONS = {0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25};
    private static final double[] POLICIES = {0.0000005, 0.001, 0.01, 0.1, 1.0};
    private static final int HIGHEST_CODE = 600; // keeps the number of series bounded

    private final Family step = new Family(
            "apiserver_admission_step_admission_duration_seconds",
            "[STABLE] Admission sub-step latency histogram in seconds, broken out for each operation and API resource"
                    + " and step type (validate or admit).",
            List.of("type", "operation", "rejected"),
            STEPS);
    private final Family controller = new Family(
            "apiserver_admission_controller_admission_duration_seconds",
            "[STABLE] Admission controller latency histogram in seconds, identified by name and broken out for each"
                    + " operation and API resource and type (validate or admit).",
            List.of("name", "type", "operation", "rejected"),
            STEPS);
    private final Family webhook = new Family(
            "apiserver_admission_webhook_admission_duration_seconds",
            "[STABLE] Admission webhook latency histogram in seconds, identified by name and broken out for each"
                    + " operation and API resource and type (validate or admit).",
            List.of("name", "type", "operation", "rejected"),
            HOOKS);
    private final Family rejection = new Family(
            "apiserver_admission_webhook_rejection_count",
            "[ALPHA] Admission webhook rejection count, identified by name and broken out for each admission type"
                    + " (validating or admit) and operation.",
            List.of("name", "type", "operation", "error_type", "rejection_code"),
            null);
    private final Family failOpen = new Family(
            "apiserver_admission_webhook_fail_open_count",
            "[ALPHA] Admission webhook fail open count, identified by name and broken out for each admission type"
                    + " (validating or admit).",
            List.of("name", "type"),
            null);
    private final Family requests = new Family(
            "apiserver_admission_webhook_request_total",
            "[ALPHA] Admission webhook request total, identified by name and broken out for each admission type"
                    + " (validating or admit) and operation.",
            List.of("name", "type", "operation", "code", "rejected"),
            null);
    private final Family conditionErrors = new Family(
            "apiserver_admission_match_condition_evaluation_errors_total",
            "[ALPHA] Admission match condition evaluation errors count, identified by name of resource containing the"
                    + " match condition and broken out for each kind containing matchConditions (webhook or policy),"
                    + " operation and admission type (validate or admit).",
            List.of("name", "kind", "type", "operation"),
            null);
    private final Family exclusions = new Family(
            "apiserver_admission_match_condition_exclusions_total",
            "[ALPHA] Admission match condition evaluation exclusions count, identified by name of resource containing"
                    + " the match condition and broken out for each kind containing matchConditions (webhook or policy),"
                    + " operation and admission type (validate or admit).",
            List.of("name", "kind", "type", "operation"),
            null);
    private final Family conditions = new Family(
            "apiserver_admission_match_condition_evaluation_seconds",
            "[ALPHA] Admission match condition evaluation time in seconds, identified by name and broken out for each"
                    + " kind containing matchConditions (webhook or policy), operation and type (validate or admit).",
            List.of("name", "kind", "type", "operation"),
            CONDITIONS);
    private final Family policyChecks = new Family(
            "apiserver_validating_admission_policy_check_total",
            "[BETA] Validation admission policy check total, labeled by policy and further identified by binding and"
                    + " enforcement action taken.",
            List.of("policy", "policy_binding", "error_type", "enforcement_action"),
            null);
    private final Family policyDuration = new Family(
            "apiserver_validating_admission_policy_check_duration_seconds",
            "[BETA] Validation admission latency for individual validation expressions in seconds, labeled by policy"
                    + " and further including binding and enforcement action taken.",
            List.of("policy", "policy_binding", "error_type", "enforcement_action"),
            POLICIES);
    private final Family mutationChecks = new Family(
            "apiserver_mutating_admission_policy_check_total",
            "[ALPHA] Mutation admission policy check total, labeled by policy and further identified by binding.",
            List.of("policy", "policy_binding", "error_type"),
            null);
    private final Family mutationDuration = new Family(
            "apiserver_mutating_admission_policy_check_duration_seconds",
            "[ALPHA] Mutation admission latency for individual mutation expressions in seconds, labeled by policy and"
                    + " binding.",
            List.of("policy", "policy_binding", "error_type"),
            POLICIES);

    void step(String type, Operation operation, boolean rejected, long nanos) {
        step.observe(nanos, type, operation.name(), Boolean.toString(rejected));
    }

    void controller(String name, String type, Operation operation, boolean rejected, long nanos) {
        controller.observe(nanos, name, type, operation.name(), Boolean.toString(rejected));
    }

    /** Takes durations of one series, which who measures often looks up once. */
    interface Timer {
        void observe(long nanos);
    }

    /** The series of steps of an operation that rejected nothing. */
    Timer step(String type, Operation operation) {
        return step.of(type, operation.name(), "false");
    }

    /** The same of one controller. */
    Timer controller(String name, String type, Operation operation) {
        return controller.of(name, type, operation.name(), "false");
    }

    /** A webhook was asked. @param code of its answer; 0 if there is none */
    public void webhook(String name, String type, Operation operation, boolean rejected, int code, long nanos) {
        String shown = Integer.toString(Math.min(code, HIGHEST_CODE));
        requests.count(name, type, operation.name(), shown, Boolean.toString(rejected));
        webhook.observe(nanos, name, type, operation.name(), Boolean.toString(rejected));
    }

    /** A webhook's answer, or the lack of one, refused a request. */
    public void rejection(String name, String type, Operation operation, String errorType, int code) {
        rejection.count(name, type, operation.name(), errorType, Integer.toString(Math.min(code, HIGHEST_CODE)));
    }

    /** A webhook gave no answer, and the request went on without. */
    public void failOpen(String name, String type) {
        failOpen.count(name, type);
    }

    /** Match conditions were evaluated. @param kind {@code webhook} or {@code policy} */
    public void conditions(String name, String kind, String type, Operation operation, long nanos) {
        conditions.observe(nanos, name, kind, type, operation.name());
    }

    /** A match condition failed. */
    public void conditionError(String name, String kind, String type, Operation operation) {
        conditionErrors.count(name, kind, type, operation.name());
    }

    /** Match conditions let a request pass by. */
    public void exclusion(String name, String kind, String type, Operation operation) {
        exclusions.count(name, kind, type, operation.name());
    }

    /** A binding of a validating policy was checked. */
    public void policy(String policy, String binding, String errorType, String action, long nanos) {
        policyChecks.count(policy, binding, errorType, action);
        policyDuration.observe(nanos, policy, binding, errorType, action);
    }

    /** A binding of a mutating policy was applied. */
    public void mutation(String policy, String binding, String errorType, long nanos) {
        mutationChecks.count(policy, binding, errorType);
        mutationDuration.observe(nanos, policy, binding, errorType);
    }

    /** The metrics in Prometheus' text format. */
    public void write(StringBuilder out) {
        for (Family family : List.of(
                step,
                controller,
                webhook,
                rejection,
                failOpen,
                requests,
                conditionErrors,
                exclusions,
                conditions,
                policyChecks,
                policyDuration,
                mutationChecks,
                mutationDuration)) {
            family.write(out);
        }
    }

    /** All series of one name; a counter without buckets, else a histogram. */
    private record Family(
            String name, String help, List<String> labels, double[] buckets, Map<List<String>, Series> series) {
        Family(String name, String help, List<String> labels, double[] buckets) {
            this(name, help, labels, buckets, new ConcurrentHashMap<>());
        }

        /** The last counter has all; before it come those of the buckets. */
        private record Series(LongAdder[] counts, LongAdder nanos, double[] buckets) implements Timer {
            @Override
            public void observe(long duration) {
                double seconds = duration / 1e9;
                int bucket = 0;
                while (bucket < buckets.length && seconds > buckets[bucket]) bucket++;
                counts[bucket].increment();
                nanos.add(duration);
            }
        }

        private Series of(String... values) {
            return series.computeIfAbsent(List.of(values), v -> {
                LongAdder[] counts = new LongAdder[buckets == null ? 1 : buckets.length + 1];
                Arrays.setAll(counts, i -> new LongAdder());
                return new Series(counts, new LongAdder(), buckets);
            });
        }

        void count(String... values) {
            of(values).counts[0].increment();
        }

        void observe(long nanos, String... values) {
            of(values).observe(nanos);
        }

        void write(StringBuilder out) {
            if (series.isEmpty()) return;
            out.append("# HELP ").append(name).append(' ').append(help).append('\n');
            out.append("# TYPE ").append(name).append(buckets == null ? " counter\n" : " histogram\n");
            Map<String, Series> sorted = new TreeMap<>();
            series.forEach((values, s) -> sorted.put(text(values), s));
            sorted.forEach((text, s) -> {
                if (buckets == null) {
                    line(out, "", text, Long.toString(s.counts[0].sum()));
                    return;
                }
                long sum = 0;
                for (int i = 0; i < s.counts.length; i++) {
                    sum += s.counts[i].sum();
                    String bound = i == buckets.length ? "+Inf" : bound(buckets[i]);
                    line(out, "_bucket", text + ",le=\"" + bound + "\"", Long.toString(sum));
                }
                line(out, "_sum", text, Double.toString(s.nanos.sum() / 1e9));
                line(out, "_count", text, Long.toString(sum));
            });
        }

        private void line(StringBuilder out, String suffix, String text, String value) {
            out.append(name)
                    .append(suffix)
                    .append('{')
                    .append(text)
                    .append("} ")
                    .append(value)
                    .append('\n');
        }

        private static String bound(double bound) {
            return bound == 0.0000005 ? "5e-07" : Double.toString(bound).replaceAll("\\.0$", "");
        }

        private String text(List<String> values) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < values.size(); i++) {
                String value = values.get(i)
                        .replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n");
                text.append(i == 0 ? "" : ",")
                        .append(labels.get(i))
                        .append("=\"")
                        .append(value)
                        .append('"');
            }
            return text.toString();
        }
    }
}
