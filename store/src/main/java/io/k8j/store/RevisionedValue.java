package io.k8j.store;

/** Makes the bytes of a value as soon as the revision that they may contain is known. */
@FunctionalInterface
public interface RevisionedValue {
    /**
     * Returns the bytes to store. Called in commit order on the committing thread, which no other write can pass: be
     * quick, do not block, do not call the store. An exception fails this one write and uses up no revision.
     *
     * @param revision what {@link Entry#modRevision()} is going to be
     */
    byte[] at(long revision);
}
