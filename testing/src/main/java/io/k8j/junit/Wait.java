package io.k8j.junit;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for things that are about to happen, by the machine's clock. */
final class Wait {
    private Wait() {}

    /** @throws IllegalStateException with what was missing, if it has not come true within the limit */
    static void until(Duration limit, BooleanSupplier condition, Supplier<String> missing) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("%s after %d s".formatted(missing.get(), limit.toSeconds()));
            }
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted; " + missing.get(), e);
            }
        }
    }
}
