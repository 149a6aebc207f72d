package io.k8j.apiserver.http;

import java.util.ArrayList;
import java.util.List;

/** How far a request and its answer are, and who wants to hear of it. Safe for all threads. */
final class ExchangeState {
    // all guarded by this
    private boolean answered;
    private boolean detached;
    private boolean expired;
    private boolean disconnected;
    private boolean completed;
    private Outgoing outgoing;
    private List<Runnable> onDisconnect = List.of();
    private List<Runnable> onComplete = List.of();

    /** Claims the right to answer; false if somebody has it already. */
    synchronized boolean answer() {
        if (answered) return false;
        answered = true;
        return true;
    }

    synchronized boolean isAnswered() {
        return answered;
    }

    /** The connection is no longer HTTP's. */
    synchronized void detach() {
        answered = true;
        detached = true;
    }

    /** Notes that the time is over; false if there is an answer already. */
    synchronized boolean expire() {
        if (answered || detached) return false;
        expired = true;
        return true;
    }

    synchronized boolean isExpired() {
        return expired;
    }

    /** Calls back when the client goes away before the answer is complete; at once if it is gone. */
    void onDisconnect(Runnable callback) {
        synchronized (this) {
            if (!disconnected) {
                onDisconnect = with(onDisconnect, callback);
                return;
            }
        }
        callback.run();
    }

    /** Calls back once when the whole answer is handed over or the client is gone. */
    void onComplete(Runnable callback) {
        synchronized (this) {
            if (!completed) {
                onComplete = with(onComplete, callback);
                return;
            }
        }
        callback.run();
    }

    private static List<Runnable> with(List<Runnable> callbacks, Runnable another) {
        List<Runnable> more = callbacks.isEmpty() ? new ArrayList<>(2) : callbacks;
        more.add(another);
        return more;
    }

    /** Has what is being sent hear of the connection from now on. */
    void follow(Outgoing sending) {
        boolean late;
        synchronized (this) {
            outgoing = sending;
            late = disconnected;
        }
        if (late) sending.disconnected();
    }

    void writabilityChanged() {
        Outgoing sending;
        synchronized (this) {
            sending = outgoing;
        }
        if (sending != null) sending.writabilityChanged();
    }

    void complete() {
        List<Runnable> callbacks;
        synchronized (this) {
            if (completed) return;
            completed = true;
            callbacks = onComplete;
            onComplete = List.of();
        }
        callbacks.forEach(Runnable::run);
    }

    void disconnect() {
        List<Runnable> callbacks;
        Outgoing sending;
        synchronized (this) {
            if (disconnected) return;
            disconnected = true;
            callbacks = onDisconnect;
            onDisconnect = List.of();
            sending = outgoing;
        }
        if (sending != null) sending.disconnected();
        callbacks.forEach(Runnable::run);
        complete();
    }
}
