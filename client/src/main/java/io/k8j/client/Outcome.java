package io.k8j.client;

import io.k8j.model.time.Pace;
import java.time.Duration;

/** What a reconciler says about a key when it is through. */
public sealed interface Outcome {
    /** Nothing more to do until the key is added again. */
    Outcome DONE = new Done();

    static Outcome again(Duration after) {
        return new Again(after, Pace.EXACT);
    }

    /** Look again and again, with a regular pause. */
    static Outcome again(Pace pace, Duration after) {
        return new Again(after, pace);
    }

    record Done() implements Outcome {}

    /** No error; look again later, or earlier when something changes. */
    record Again(Duration after, Pace pace) implements Outcome {}

    /** Failed; try again with growing pauses. */
    record Retry(Exception cause) implements Outcome {}

    /**
     * No error, but something is missing that nobody tells of when it comes; look again with growing pauses.
     *
     * @param missing what, in words
     */
    record Later(String missing) implements Outcome {}

    /** Failed, and a repeat cannot help; logged and counted. */
    record GiveUp(Exception cause) implements Outcome {}
}
