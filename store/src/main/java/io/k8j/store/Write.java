package io.k8j.store;

import java.util.concurrent.locks.LockSupport;

/** A write on its way: made by the caller, decided by the committing thread, awaited by the caller. */
abstract class Write {
    private final Thread waiter = Thread.currentThread();
    private volatile boolean done;
    private RuntimeException failure; // written before done

    /** Adds this write's changes to the batch, or throws and adds none. */
    abstract void prepare(Batch batch);

    /** Whether it must see the effects of all writes before it applied, so that it starts a batch. */
    boolean alone() {
        return false;
    }

    void fail(RuntimeException cause) {
        failure = cause;
    }

    boolean failed() {
        return failure != null;
    }

    void finish() {
        done = true;
        LockSupport.unpark(waiter);
    }

    /** Waits without end and without heeding interrupts, because the write cannot be taken back. */
    void await() {
        boolean interrupted = false;
        while (!done) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        rethrow();
    }

    void rethrow() {
        if (failure != null) {
            throw failure;
        }
    }
}
