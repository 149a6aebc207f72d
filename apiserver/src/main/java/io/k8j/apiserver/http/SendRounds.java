package io.k8j.apiserver.http;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Lets all busy streams of one event loop send at the same moments: what comes between two rounds is one write for each
 * of them. Belongs to its event loop.
 */
final class SendRounds {
    /** The time between rounds, and so the longest time that a piece waits. */
    static final long EVERY_NANOS = 5_000_000;

    private static final FastThreadLocal<SendRounds> OF_LOOP = new FastThreadLocal<>();

    private final EventExecutor loop;
    private List<ResponseStream> waiting = new ArrayList<>();

    private SendRounds(EventExecutor loop) {
        this.loop = loop;
    }

    /** The rounds of the event loop that is calling. */
    static SendRounds of(EventExecutor loop) {
        SendRounds rounds = OF_LOOP.get();
        if (rounds == null || rounds.loop != loop) {
            rounds = new SendRounds(loop);
            OF_LOOP.set(rounds);
        }
        return rounds;
    }

    /** Has the stream send with the next round. */
    void add(ResponseStream stream) {
        if (waiting.isEmpty()) {
            loop.schedule(this::run, EVERY_NANOS, TimeUnit.NANOSECONDS);
        }
        waiting.add(stream);
    }

    private void run() {
        List<ResponseStream> now = waiting;
        waiting = new ArrayList<>();
        now.forEach(ResponseStream::sendNow);
    }
}
