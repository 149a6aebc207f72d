package io.k8j.apiserver;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A part of a start that goes on beside the rest of it, on a virtual thread. */
final class StartTask {
    private final FutureTask<Void> task;
    private final Thread thread;

    private StartTask(String name, Runnable work) {
        task = new FutureTask<>(work, null);
        thread = Thread.ofVirtual().name(name).start(task);
    }

    static StartTask begin(String name, Runnable work) {
        return new StartTask(name, work);
    }

    /** Waits until it is done, and fails as it has failed. */
    void await() {
        try {
            task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) throw failure;
            throw new IllegalStateException(thread.getName() + " failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + thread.getName(), e);
        }
    }

    /** Nobody needs it any more. */
    void giveUp() {
        thread.interrupt();
    }
}
