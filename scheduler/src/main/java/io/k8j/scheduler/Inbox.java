package io.k8j.scheduler;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/** Tasks for the scheduling thread, in order. Unbounded: what is in it is changes that must not be lost. */
final class Inbox {
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private volatile Thread sleeper;

    /** Any thread; never blocks. */
    void post(Runnable task) {
        tasks.add(task);
        Thread waiting = sleeper;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    /** Null if there is none. */
    Runnable poll() {
        return tasks.poll();
    }

    /** Whether everything was taken and the thread waits for more. */
    boolean isIdle() {
        return sleeper != null && tasks.isEmpty();
    }

    /** Blocks until there is a task or the thread is interrupted. */
    void await() {
        sleeper = Thread.currentThread();
        while (tasks.isEmpty() && !Thread.currentThread().isInterrupted()) {
            LockSupport.park(this);
        }
        sleeper = null;
    }
}
