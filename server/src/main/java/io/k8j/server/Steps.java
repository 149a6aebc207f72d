package io.k8j.server;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Shows what the server is doing while it starts, a line per step with the time it took. */
public final class Steps {
    private final PrintStream out;
    private final long started = System.nanoTime();
    private final boolean terminal;

    public Steps(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Something that is done when the server starts. */
    @FunctionalInterface
    public interface Step<T> {
        T run() throws Exception;
    }

    /** Runs a step and prints its line. */
    public <T> T step(String what, Step<T> step) throws Exception {
        long begin = System.nanoTime();
        try {
            T result = step.run();
            line("✓", "✔", what, Duration.ofNanos(System.nanoTime() - begin));
            return result;
        } catch (Exception e) {
            line("x", "✘", what, Duration.ofNanos(System.nanoTime() - begin));
            throw e;
        }
    }

    private synchronized void line(String plain, String fancy, String what, Duration took) {
        String mark = terminal ? fancy : plain;
        out.printf(Locale.ROOT, "  %s %-58s %6.0f ms%n", mark, what, took.toNanos() / 1e6);
        out.flush();
    }

    /** A line of text without a time. */
    public synchronized void say(String text) {
        out.println(text);
        out.flush();
    }

    /** Time since the JVM began, the part before {@code main} included. */
    public Duration total() {
        long sinceMain = System.nanoTime() - started;
        long jvm = java.lang.management.ManagementFactory.getRuntimeMXBean().getUptime() * 1_000_000L;
        return Duration.ofNanos(Math.max(sinceMain, jvm));
    }
}
