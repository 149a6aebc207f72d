package io.k8j.apiserver.authn.jwt;

import io.k8j.model.metrics.MetricFamily;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A configuration file that is looked at once a minute. One that has become wrong is told in the log, and what was there
 * before stays in force.
 */
public final class ReloadedFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReloadedFile.class);
    private static final Duration LOOK = Duration.ofMinutes(1);
    /** There is one server of this name to a store, so its identity is that name. */
    private static final String IDENTITY = "sha256:" + hash("kube-apiserver");

    /** Takes over what the file says. */
    @FunctionalInterface
    public interface Taker {
        /**
         * Called once for each new content, never twice at once.
         *
         * @throws ConfigurationException if it is wrong; nothing is changed then
         */
        void take(byte[] text) throws ConfigurationException;
    }

    private final Path file;
    private final String what;
    private final Time time;
    private final Taker taker;
    private final MetricFamily last;
    private final MetricFamily reloads;
    private byte[] text; // guarded by this
    private Time.Timer next = () -> {}; // guarded by this
    private boolean closed; // guarded by this

    private ReloadedFile(Path file, String what, Time time, Taker taker) {
        this.file = file;
        this.what = what;
        this.time = time;
        this.taker = taker;
        String start = "apiserver_" + what + "_config_controller_automatic_reload";
        this.last = MetricFamily.gauge(
                start + "_last_timestamp_seconds",
                "BETA",
                "Timestamp of the last automatic reload of " + what
                        + " configuration split by status and apiserver identity.",
                "status",
                "apiserver_id_hash");
        this.reloads = MetricFamily.counter(
                start + "s_total",
                "BETA",
                "Total number of automatic reloads of " + what
                        + " configuration split by status and apiserver identity.",
                "status",
                "apiserver_id_hash");
    }

    /** Appends how often it was read anew, in Prometheus' text format; nothing before the first time. */
    public void write(StringBuilder out) {
        last.write(out);
        reloads.write(out);
    }

    private void note(String status) {
        last.set(time.instant().toEpochMilli() / 1e3, status, IDENTITY);
        reloads.count(status, IDENTITY);
    }

    /**
     * Reads the file and goes on looking at it.
     *
     * @param what it is, for the log
     * @throws ConfigurationException if it cannot be read or is wrong
     */
    public static ReloadedFile open(Path file, String what, Time time, Taker taker) throws ConfigurationException {
        ReloadedFile opened = new ReloadedFile(file, what, time, taker);
        opened.load();
        opened.lookLater();
        return opened;
    }

    private synchronized void load() throws ConfigurationException {
        if (closed) {
            return;
        }
        byte[] now;
        try {
            now = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ConfigurationException("cannot be read (" + e.getMessage() + ")", e);
        }
        if (Arrays.equals(now, text)) {
            return;
        }
        taker.take(now);
        if (text != null) {
            note("success");
            LOG.info("{} configuration reloaded", what);
        }
        text = now;
    }

    private synchronized void lookLater() {
        if (!closed) {
            next = time.after(
                    Pace.UPKEEP,
                    LOOK,
                    () -> Thread.ofVirtual().name(what + "-config").start(this::look));
        }
    }

    private void look() {
        try {
            load();
        } catch (ConfigurationException e) {
            note("failure");
            LOG.atError().addKeyValue("file", file).log("{} configuration stays as it was: {}", what, e.getMessage());
        }
        lookLater();
    }

    @Override
    public synchronized void close() {
        closed = true;
        next.cancel();
    }

    private static String hash(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
