package io.k8j.server;

import java.util.concurrent.CountDownLatch;

/** Waits for Ctrl-C or SIGTERM, and keeps the JVM from ending before everything is closed. */
public final class StopSignal {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Blocks until somebody asks this process to end. */
    public void await() throws InterruptedException {
        // The JVM ends when its hooks have ended, so the hook waits until everything is closed.
        Thread hook = new Thread(() -> {
            asked.countDown();
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        asked.await();
    }

    /** Everything is closed; the JVM may end. */
    public void closed() {
        closed.countDown();
    }
}
