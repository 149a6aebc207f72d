package io.k8j.apiserver.verb;

import io.k8j.apiserver.spi.RequestContext;
import java.time.Instant;
import java.util.Map;

/**
 * What a resource needs beside its own object when it is written, such as the addresses of a Service. Trees are in the
 * stored version. Safe for all threads.
 */
public interface WriteHook {
    /** Nothing to do. */
    WriteHook NONE = new WriteHook() {};

    /** Something that was reserved for a write: kept when the write took place, given back otherwise. */
    interface Reservation {
        Reservation NOTHING = stored -> {};

        /** Called once. */
        void finish(boolean stored);
    }

    /** Reserves for a new object, which it may change. */
    default Reservation beforeCreate(RequestContext context, Map<String, Object> object) {
        return Reservation.NOTHING;
    }

    /** Reserves for a changed object, which it may change. */
    default Reservation beforeUpdate(RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        return Reservation.NOTHING;
    }

    /** Refuses a change of the status that needs more than the right to write it. */
    default void beforeStatus(RequestContext context, Map<String, Object> object, Map<String, Object> old) {}

    /** Adds what must hold an object that somebody wants deleted, such as a finalizer. Changes it. */
    default void beforeDelete(Map<String, Object> object, Instant now) {}

    /** Releases what an object that is gone had. */
    default void afterDelete(Map<String, Object> object) {}
}
