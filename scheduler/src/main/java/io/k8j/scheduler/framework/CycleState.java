package io.k8j.scheduler.framework;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What plugins remember between the extension points of one Pod's scheduling. Reading costs an array access, because it
 * happens for each node. Used by one thread at a time.
 */
public final class CycleState {
    /**
     * A plugin's place in all states.
     *
     * @param <T> what it keeps there
     */
    public static final class Key<T> {
        private static final AtomicInteger NEXT = new AtomicInteger();

        private final int index = NEXT.getAndIncrement();
    }

    private Object[] values = new Object[24];
    private boolean trial;
    private boolean timed;

    /** Whether the plugins of this cycle are timed, each by itself. */
    public boolean isTimed() {
        return timed;
    }

    public void timed(boolean value) {
        timed = value;
    }

    /** Whether the placement is only tried, to see what is left for others, and taken back afterwards. */
    public boolean isTrial() {
        return trial;
    }

    public void trial(boolean value) {
        trial = value;
    }

    /** What was written; null if nothing was. */
    @SuppressWarnings("unchecked")
    public <T> T read(Key<T> key) {
        return key.index < values.length ? (T) values[key.index] : null;
    }

    public <T> void write(Key<T> key, T value) {
        if (key.index >= values.length) {
            values = Arrays.copyOf(values, key.index + 8);
        }
        values[key.index] = value;
    }
}
