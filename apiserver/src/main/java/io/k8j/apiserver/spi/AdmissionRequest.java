package io.k8j.apiserver.spi;

import io.k8j.model.resource.GroupVersionKind;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What admission decides on.
 *
 * @param context the request
 * @param operation what happens to the object
 * @param kind the object's kind
 * @param object the new object, which {@link AdmissionPlugin#mutate} may change in place; null for DELETE
 * @param old the stored object, not to be changed; null for CREATE
 * @param options the request's options object (CreateOptions, DeleteOptions, …) as a tree
 * @param rounds what the mutating steps tell each other of the request's rounds
 */
public record AdmissionRequest(
        RequestContext context,
        Operation operation,
        GroupVersionKind kind,
        Map<String, Object> object,
        Map<String, Object> old,
        Map<String, Object> options,
        Rounds rounds) {
    /** A request before its first round. */
    public AdmissionRequest(
            RequestContext context,
            Operation operation,
            GroupVersionKind kind,
            Map<String, Object> object,
            Map<String, Object> old,
            Map<String, Object> options) {
        this(context, operation, kind, object, old, options, new Rounds());
    }

    /**
     * All mutating steps run once; if somebody from outside (a webhook, a policy) changed the object, they all run a
     * second time, because what they did may depend on what was changed. One thread uses it.
     */
    public static final class Rounds {
        private final Map<Class<?>, Object> notes = new HashMap<>();
        private boolean second;
        private boolean wanted;

        /** Whether this is the second round. */
        public boolean isSecond() {
            return second;
        }

        /** Asks for a second round. */
        public void again() {
            wanted = true;
        }

        /** Begins the second round if somebody asked for it in the first. */
        public boolean begin() {
            boolean begins = wanted && !second;
            second |= begins;
            return begins;
        }

        /** What a step wants to remember from the first round to the second. */
        public <T> T note(Class<T> type, Supplier<T> made) {
            return type.cast(notes.computeIfAbsent(type, t -> made.get()));
        }
    }

    /** Words of the admission API. */
    public enum Operation {
        CREATE,
        UPDATE,
        DELETE,
        CONNECT
    }
}
