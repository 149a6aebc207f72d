package io.k8j.server;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes what was opened, in reverse order; a failure keeps none of the others from being closed. */
public final class Closing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>(); // guarded by this

    /** Remembers something to close. */
    public synchronized <T extends AutoCloseable> T add(T opened) {
        this.opened.push(opened);
        return opened;
    }

    /** Closes because of a failure, to which further failures are attached. */
    public void closeAfter(Exception failure) {
        closeAll(failure);
    }

    @Override
    public void close() {
        closeAll(null);
    }

    private synchronized void closeAll(Exception failure) {
        while (!opened.isEmpty()) {
            AutoCloseable next = opened.pop();
            try {
                next.close();
            } catch (Exception e) {
                if (failure != null) {
                    failure.addSuppressed(e);
                } else {
                    LOG.atWarn()
                            .addKeyValue("component", next.getClass().getSimpleName())
                            .setCause(e)
                            .log("component did not stop cleanly");
                }
            }
        }
    }
}
