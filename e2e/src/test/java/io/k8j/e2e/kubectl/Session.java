package io.k8j.e2e.kubectl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A command that runs while a test goes on. Its output is collected as it comes; one thread writes to it and waits for
 * words in its output. Closing kills it with its children.
 */
public final class Session implements AutoCloseable {
    private final String command;
    private final Process process;
    private final Output stdout;
    private final Output stderr;

    /** Bytes that a reader thread collects and the test's thread waits for. */
    private static final class Output {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(); // guarded by this
        private final Thread reader;

        Output(InputStream in) {
            reader = Thread.ofVirtual().start(() -> {
                try (in) {
                    byte[] chunk = new byte[8192];
                    for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                        append(chunk, n);
                    }
                } catch (IOException endedByKill) {
                    // The process was killed; what was read so far is all there is.
                }
                append(new byte[0], 0);
            });
        }

        private synchronized void append(byte[] chunk, int count) {
            bytes.write(chunk, 0, count);
            notifyAll();
        }

        synchronized String text() {
            return bytes.toString(UTF_8);
        }

        synchronized boolean await(Predicate<String> wanted, Duration timeout) throws InterruptedException {
            long end = System.nanoTime() + timeout.toNanos();
            while (!wanted.test(bytes.toString(UTF_8))) {
                long left = end - System.nanoTime();
                if (left <= 0 || (!reader.isAlive() && !wanted.test(bytes.toString(UTF_8)))) {
                    return wanted.test(bytes.toString(UTF_8));
                }
                TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, 200_000_000L));
            }
            return true;
        }
    }

    Session(String command, Process process) {
        this.command = command;
        this.process = process;
        this.stdout = new Output(process.getInputStream());
        this.stderr = new Output(process.getErrorStream());
    }

    /** Writes to the command's input. */
    public Session type(String text) {
        try {
            process.getOutputStream().write(text.getBytes(UTF_8));
            process.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("type into " + command + "; it printed: " + output(), e);
        }
    }

    /** Ends the command's input. */
    public Session endOfInput() {
        try {
            process.getOutputStream().close();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until stdout has these words; fails after {@code timeout} with all that was printed. */
    public Session expect(String words, Duration timeout) {
        return expect(text -> text.contains(words), "'" + words + "'", timeout);
    }

    /** Waits until stdout is as wanted; fails after {@code timeout} with all that was printed. */
    public Session expect(Predicate<String> wanted, String description, Duration timeout) {
        try {
            if (!stdout.await(wanted, timeout)) {
                throw new AssertionError("%s did not print %s within %s but:%n%s%nstderr: %s"
                        .formatted(command, description, timeout, stdout.text(), stderr.text()));
            }
            return this;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + description, e);
        }
    }

    /** What was printed to stdout so far. */
    public String output() {
        return stdout.text();
    }

    /** What was printed to stderr so far. */
    public String errors() {
        return stderr.text();
    }

    /** Sends SIGINT, as Ctrl-C would. */
    public void interrupt() {
        try {
            new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the end; fails after {@code timeout}, having killed the command. */
    public Result finish(Duration timeout) {
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                close();
                throw new AssertionError("%s did not end within %s; it printed:%n%s%nstderr: %s"
                        .formatted(command, timeout, stdout.text(), stderr.text()));
            }
            stdout.reader.join(Duration.ofSeconds(30));
            stderr.reader.join(Duration.ofSeconds(30));
            return new Result(command, process.exitValue(), stdout.text(), stderr.text());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + command, e);
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
