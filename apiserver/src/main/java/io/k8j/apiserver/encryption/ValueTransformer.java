package io.k8j.apiserver.encryption;

/**
 * Turns the bytes of an object into those that are stored, and back. Safe for all threads.
 *
 * <p>{@code context} is the object's key in the store: transformers that authenticate bind a value to it, so that nobody
 * can put one object's value in another's place.
 */
public interface ValueTransformer {
    /**
     * What a stored value holds.
     *
     * @param plain the object's bytes
     * @param stale whether a write would store it differently, under another key or provider
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Opened(byte[] plain, boolean stale) {}

    /**
     * Makes what is stored.
     *
     * @throws ValueException if it cannot be made; nothing may be written then
     */
    byte[] seal(byte[] plain, byte[] context);

    /**
     * Reads what was stored.
     *
     * @throws ValueException in upstream's words, if the value is damaged or its key unknown
     */
    Opened open(byte[] stored, byte[] context);

    /** Whether values are stored in another form than their own, or were once. */
    default boolean transforms() {
        return true;
    }
}
