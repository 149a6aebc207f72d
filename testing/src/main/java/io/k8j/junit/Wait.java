package io.k8j.junit;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for things that are about to happen, by the machine's clock. */
final class Wait {
    /** Milliseconds: whoever waits shall not be told much later, and not keep those busy that are waited for. */
    private static final long LONGEST_PAUSE = 10;

    private Wait() {}

    /** @throws IllegalStateException with what was missing, if it has not come true within the limit */
    static void until(Duration limit, BooleanSupplier condition, Supplier<String> missing) {
        long deadline = System.nanoTime() + limit.toNanos();
        long pause = 1;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("%s after %d s".formatted(missing.get(), limit.toSeconds()));
            }
            try {
                Thread.sleep(pause);
                pause = Math.min(LONGEST_PAUSE, pause + 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted; " + missing.get(), e);
            }
        }
    }
}
