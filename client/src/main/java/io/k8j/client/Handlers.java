package io.k8j.client;

import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Makes informer handlers of functions. */
public final class Handlers {
    private Handlers() {}

    /** Calls one function for every change; for a deletion with the last state. */
    public static <T> Informer.Handler<T> any(Consumer<T> changed) {
        return of(changed, (before, now) -> changed.accept(now), changed);
    }

    /** Calls one function for every state that is or was: a change brings two, what was before first. */
    public static <T> Informer.Handler<T> each(Consumer<T> state) {
        return of(
                state,
                (before, now) -> {
                    state.accept(before);
                    state.accept(now);
                },
                state);
    }

    /** Calls one function for each kind of change. */
    public static <T> Informer.Handler<T> of(Consumer<T> added, BiConsumer<T, T> updated, Consumer<T> deleted) {
        return new Informer.Handler<>() {
            @Override
            public void added(T object) {
                added.accept(object);
            }

            @Override
            public void updated(T before, T now) {
                updated.accept(before, now);
            }

            @Override
            public void deleted(T last) {
                deleted.accept(last);
            }
        };
    }
}
