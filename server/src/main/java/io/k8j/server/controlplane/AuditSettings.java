package io.k8j.server.controlplane;

import io.k8j.apiserver.audit.AuditMetrics;
import io.k8j.apiserver.audit.AuditPolicy;
import io.k8j.apiserver.audit.AuditPolicyFile;
import io.k8j.apiserver.audit.AuditSink;
import io.k8j.apiserver.audit.AuditSinks;
import io.k8j.apiserver.audit.Auditor;
import io.k8j.apiserver.audit.BufferedSink;
import io.k8j.apiserver.audit.BufferedSink.Batching;
import io.k8j.apiserver.audit.LogSink;
import io.k8j.apiserver.audit.RotatingFile;
import io.k8j.apiserver.audit.WebhookSink;
import io.k8j.client.https.Kubeconfig;
import io.k8j.client.https.ServerAccess;
import io.k8j.client.https.TlsContexts;
import io.k8j.server.UserException;
import io.k8j.server.flags.FlagValues;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Makes the auditor that upstream's {@code --audit-*} flags describe. */
final class AuditSettings {
    private static final Set<String> MODES = Set.of("batch", "blocking", "blocking-strict");
    private static final long MAX_EVENT = 100 * 1024;
    private static final long MAX_BATCH = 10L * 1024 * 1024;

    private final FlagValues flags;
    private final AuditMetrics metrics = new AuditMetrics();
    private final InstantSource clock;

    private AuditSettings(FlagValues flags, InstantSource clock) {
        this.flags = flags;
        this.clock = clock;
    }

    /**
     * Reads policy and settings.
     *
     * @return null if nothing is to be recorded
     * @throws UserException if a file cannot be used or a value makes no sense
     */
    static Auditor open(FlagValues flags, InstantSource clock) {
        String policy = flags.text("audit-policy-file");
        if (policy == null) return null; // without a policy upstream records nothing, whatever the sinks
        AuditSettings settings = new AuditSettings(flags, clock);
        List<AuditSink> sinks = new ArrayList<>();
        try {
            AuditPolicy rules = AuditPolicyFile.read(policy, Files.readAllBytes(Path.of(policy)));
            if (flags.has("audit-log-path")) sinks.add(settings.log(flags.text("audit-log-path")));
            if (flags.has("audit-webhook-config-file")) {
                sinks.add(settings.webhook(Path.of(flags.text("audit-webhook-config-file"))));
            }
            return sinks.isEmpty() ? null : new Auditor(rules, AuditSinks.all(sinks), settings.metrics, clock);
        } catch (IOException | IllegalArgumentException e) {
            sinks.forEach(AuditSink::close);
            throw new UserException("audit cannot be set up: " + e.getMessage(), e);
        }
    }

    private AuditSink log(String path) throws IOException {
        String format = flags.text("audit-log-format", "json");
        if (!format.equals("json") && !format.equals("legacy")) {
            throw new IllegalArgumentException(
                    "invalid audit log format " + format + ", allowed formats are \"legacy,json\"");
        }
        OutputStream out = path.equals("-")
                ? new Uncloseable(System.out)
                : new RotatingFile(
                        Path.of(path),
                        new RotatingFile.Limits(
                                positive("audit-log-maxsize", 100) == 0
                                        ? Long.MAX_VALUE
                                        : positive("audit-log-maxsize", 100) * 1024 * 1024,
                                (int) positive("audit-log-maxbackup", 100),
                                Duration.ofDays(positive("audit-log-maxage", 366)),
                                flags.isOn("audit-log-compress", false)),
                        clock);
        return decorated("log", new LogSink(out, format.equals("json"), metrics), "blocking", Batching.LOG);
    }

    private long positive(String flag, long otherwise) {
        long value = flags.number(flag, otherwise);
        if (value < 0) throw new IllegalArgumentException("--%s %d can't be a negative number".formatted(flag, value));
        return value;
    }

    private AuditSink webhook(Path kubeconfig) throws IOException {
        ServerAccess access = Kubeconfig.read(kubeconfig, "").access();
        String token = access.token().get().map(text -> "Bearer " + text).orElse(null);
        boolean tls = "https".equals(access.server().getScheme());
        Duration pause = flags.duration("audit-webhook-initial-backoff", Duration.ofSeconds(10));
        return decorated(
                "webhook",
                new WebhookSink(access.server(), tls ? TlsContexts.of(access) : null, token, pause, metrics),
                "batch",
                Batching.WEBHOOK);
    }

    /** From the inside out: truncation, then the queue or the patience of the mode. */
    private AuditSink decorated(String name, AuditSink sink, String defaultMode, Batching defaults) {
        String mode = flags.text("audit-" + name + "-mode", defaultMode);
        if (!MODES.contains(mode)) {
            throw new IllegalArgumentException("invalid audit " + name + " mode " + mode
                    + ", allowed modes are \"batch,blocking,blocking-strict\"");
        }
        AuditSink cut = flags.isOn("audit-" + name + "-truncate-enabled", false)
                ? AuditSinks.truncating(
                        sink,
                        flags.number("audit-" + name + "-truncate-max-event-size", MAX_EVENT),
                        flags.number("audit-" + name + "-truncate-max-batch-size", MAX_BATCH),
                        metrics)
                : sink;
        return switch (mode) {
            case "batch" -> new BufferedSink(cut, batching(name, defaults), name.equals("webhook"), metrics);
            case "blocking" -> AuditSinks.lenient(cut);
            default -> cut;
        };
    }

    private Batching batching(String name, Batching defaults) {
        String start = "audit-" + name + "-batch-";
        boolean throttled = flags.isOn(start + "throttle-enable", defaults.batchesPerSecond() > 0);
        double rate = Double.parseDouble(
                flags.text(start + "throttle-qps", String.valueOf(Math.max(defaults.batchesPerSecond(), 10))));
        long size = flags.number(start + "buffer-size", defaults.bufferSize());
        long most = flags.number(start + "max-size", defaults.maxBatch());
        if (size <= 0 || most <= 0 || throttled && rate <= 0) {
            throw new IllegalArgumentException(
                    "invalid audit batch %s buffer size %d, max batch size %d or throttle QPS %s, must be positive numbers"
                            .formatted(name, size, most, rate));
        }
        return new Batching(
                (int) size,
                (int) most,
                flags.duration(start + "max-wait", defaults.maxWait()),
                throttled ? rate : 0,
                (int) flags.number(start + "throttle-burst", Math.max(defaults.burst(), 1)));
    }

    /** Standard output belongs to the process. */
    private static final class Uncloseable extends FilterOutputStream {
        Uncloseable(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
