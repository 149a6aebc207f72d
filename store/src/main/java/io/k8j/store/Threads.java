package io.k8j.store;

/** Waits for threads that are about to end. */
final class Threads {
    private Threads() {}

    /** Waits without heeding interrupts, because files must not be closed under the thread. */
    static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
