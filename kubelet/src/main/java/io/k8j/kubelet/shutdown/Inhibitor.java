package io.k8j.kubelet.shutdown;

import io.k8j.model.time.Time;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the machine up while it wants to go down, until the Pods have ended. A child process has systemd's lock; it ends
 * when this process does, however that ends. One virtual thread.
 */
public final class Inhibitor implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Inhibitor.class);
    /** No lock can be had while the machine goes down; one can again if that was called off. */
    private static final Duration AGAIN = Duration.ofSeconds(5);

    /** What is done when the machine goes down. */
    @FunctionalInterface
    public interface Shutdown {
        /** Ends the Pods; the machine waits meanwhile. */
        void run() throws InterruptedException;
    }

    private final List<String> command;
    private final Time time;
    private final Shutdown onShutdown;
    private final Runnable onCalledOff;
    private final Thread thread;
    private volatile Process child; // null while there is none
    private volatile boolean closed;

    private Inhibitor(List<String> command, Time time, Shutdown onShutdown, Runnable onCalledOff) {
        this.command = command;
        this.time = time;
        this.onShutdown = onShutdown;
        this.onCalledOff = onCalledOff;
        this.thread = Thread.ofVirtual().name("shutdown-inhibitor").unstarted(this::work);
    }

    /**
     * Takes the lock in the background.
     *
     * @param command has the lock while its input is open, and tells by its output when the machine goes down
     * @param onShutdown the lock is let go when it has returned
     * @param onCalledOff the machine goes on after all
     */
    static Inhibitor start(List<String> command, Time time, Shutdown onShutdown, Runnable onCalledOff) {
        Inhibitor inhibitor = new Inhibitor(command, time, onShutdown, onCalledOff);
        inhibitor.thread.start();
        return inhibitor;
    }

    /** Likewise with the lock of this machine's systemd; empty where it does not run, or no Pod gets time to end. */
    public static Optional<Inhibitor> start(
            ShutdownConfig config, Time time, Shutdown onShutdown, Runnable onCalledOff) {
        if (config.total().isZero() || !Logind.isThere()) return Optional.empty();
        try {
            Duration longest = Logind.allow(config.total());
            if (longest.compareTo(config.total()) < 0) {
                log.atWarn()
                        .addKeyValue("wanted", config.total().toSeconds())
                        .addKeyValue("seconds", longest.toSeconds())
                        .log("the machine does not wait as long for its pods as they may take");
            }
        } catch (IOException e) {
            log.atWarn().addKeyValue("cause", e.getMessage()).log("the machine does not wait for its pods");
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
        return Optional.of(start(Logind.INHIBIT, time, onShutdown, onCalledOff));
    }

    private void work() {
        boolean wentDown = false;
        try {
            while (!closed) {
                try {
                    wentDown = hold(wentDown);
                } catch (IOException e) {
                    log.atDebug().addKeyValue("cause", e.getMessage()).log("no shutdown lock, try again");
                }
                time.sleep(AGAIN);
            }
        } catch (InterruptedException e) {
            return; // closed
        }
    }

    /**
     * Holds the lock until the machine goes down.
     *
     * @param wentDown whether it was about to when the lock was let go
     * @return whether it is, as far as is known
     */
    private boolean hold(boolean wentDown) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        child = process;
        if (closed) process.getOutputStream().close();
        boolean goesDown = wentDown;
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.equals(Logind.HELD)) {
                    if (goesDown) onCalledOff.run();
                    goesDown = false;
                } else if (Logind.goesDown(line)) {
                    onShutdown.run();
                    return true;
                }
            }
            return goesDown;
        } finally {
            child = null;
            process.getOutputStream().close(); // lets go of the lock
            process.waitFor();
        }
    }

    @Override
    public void close() {
        closed = true;
        Process held = child;
        thread.interrupt();
        try {
            if (held != null) held.getOutputStream().close();
            Logind.forget();
        } catch (IOException e) {
            log.atDebug().setCause(e).log("shutdown lock not let go of");
        }
    }
}
