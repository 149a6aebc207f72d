package io.k8j.model.json;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;

/**
 * Remembers what was worked out for inputs that come again and again, such as the Pods of one template. Holds a fixed
 * number of answers, of which newer ones drive out older ones by chance of their hash codes. What comes once costs no
 * more than a number: an answer is worth keeping from the second time on. Safe for all threads.
 *
 * @param <V> answers, which know the input that they belong to
 */
public final class Recurring<V> {
    private record Answer<V>(int hash, V value) {}

    private final AtomicReferenceArray<Answer<V>> slots;

    /** @param size a power of two */
    public Recurring(int size) {
        this.slots = new AtomicReferenceArray<>(size);
    }

    /**
     * The answer for an input; null if none is known.
     *
     * @param hash of the input
     * @param fits whether an answer is one for the input
     */
    public V find(int hash, Predicate<V> fits) {
        Answer<V> known = slots.get(slot(hash));
        return known != null && known.hash == hash && known.value != null && fits.test(known.value)
                ? known.value
                : null;
    }

    /** Whether an input with this hash was the last one in its place, so that the answer should be kept now. */
    public boolean recurs(int hash) {
        int slot = slot(hash);
        Answer<V> known = slots.get(slot);
        if (known != null && known.hash == hash) return true;
        slots.set(slot, new Answer<>(hash, null));
        return false;
    }

    public void keep(int hash, V answer) {
        slots.set(slot(hash), new Answer<>(hash, answer));
    }

    private int slot(int hash) {
        return (hash ^ hash >>> 16) & slots.length() - 1;
    }
}
