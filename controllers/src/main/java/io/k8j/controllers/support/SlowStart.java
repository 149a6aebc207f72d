package io.k8j.controllers.support;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Makes many equal calls at once, but begins with one and doubles: when all would fail (a quota is used up), few are
 * wasted.
 */
public final class SlowStart {
    /**
     * What became of the calls.
     *
     * @param succeeded how many
     * @param error the first failure of the last batch, or null
     */
    public record Result(int succeeded, RuntimeException error) {}

    private SlowStart() {}

    public static <T> Result run(List<T> items, Consumer<T> call) throws InterruptedException {
        int done = 0;
        for (int size = 1; done < items.size(); size *= 2) {
            List<T> batch = items.subList(done, Math.min(items.size(), done + size));
            Result result = all(batch, call);
            done += result.succeeded;
            if (result.error != null) {
                return new Result(done, result.error);
            }
        }
        return new Result(done, null);
    }

    /** Makes all calls at once and waits for them. */
    public static <T> Result all(List<T> items, Consumer<T> call) throws InterruptedException {
        AtomicInteger succeeded = new AtomicInteger();
        AtomicReference<RuntimeException> error = new AtomicReference<>();
        if (items.size() == 1) {
            attempt(items.getFirst(), call, succeeded, error);
            return new Result(succeeded.get(), error.get());
        }
        CountDownLatch open = new CountDownLatch(items.size());
        List<Thread> threads = new ArrayList<>();
        for (T item : items) {
            threads.add(Thread.startVirtualThread(() -> {
                try {
                    attempt(item, call, succeeded, error);
                } finally {
                    open.countDown();
                }
            }));
        }
        try {
            open.await();
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt);
            throw e;
        }
        return new Result(succeeded.get(), error.get());
    }

    private static <T> void attempt(
            T item, Consumer<T> call, AtomicInteger succeeded, AtomicReference<RuntimeException> error) {
        try {
            call.accept(item);
            succeeded.incrementAndGet();
        } catch (RuntimeException e) {
            error.compareAndSet(null, e);
        }
    }
}
