package io.k8j.client;

/**
 * Brings one object's world to its spec.
 *
 * @param <K> key of the object
 */
@FunctionalInterface
public interface Reconciler<K> {
    /**
     * Looks at the present state, never at what has changed; running twice changes nothing. Called for one key on one
     * thread at a time, for different keys on several.
     *
     * <p>An unchecked exception counts as {@link Outcome.Retry}.
     */
    Outcome reconcile(K key) throws InterruptedException;
}
