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
    /** The time between rounds of few streams. */
    static final long EVERY_NANOS = 5_000_000;

    /** The longest time between rounds, and so the longest time that a piece waits. */
    private static final long LONGEST_NANOS = 15_000_000;

    /** Each stream of a round costs a system call, so that the more take part, the more each is to carry. */
    private static final long NANOS_A_STREAM = 400_000;

    private static final FastThreadLocal<SendRounds> OF_LOOP = new FastThreadLocal<>();

    private final EventExecutor loop;
    private List<ResponseStream> waiting = new ArrayList<>();
    private int lastRound;

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
            loop.schedule(this::run, pause(lastRound), TimeUnit.NANOSECONDS);
        }
        waiting.add(stream);
    }

    /** Nanoseconds until a round, by the number of streams that took part in the last one. */
    static long pause(int streams) {
        return Math.min(LONGEST_NANOS, Math.max(EVERY_NANOS, streams * NANOS_A_STREAM));
    }

    private void run() {
        List<ResponseStream> now = waiting;
        lastRound = now.size();
        waiting = new ArrayList<>();
        now.forEach(ResponseStream::sendNow);
    }
}
