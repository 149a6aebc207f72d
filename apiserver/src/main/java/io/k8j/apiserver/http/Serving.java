package io.k8j.apiserver.http;

import java.time.Duration;

/** What bounds single requests, and the end of the server; closed with it. */
public final class Serving implements AutoCloseable {
    private final Drain drain = new Drain();
    private final Deadlines deadlines;
    private final double goawayChance;

    /** @param requestTimeout zero for no limit */
    public Serving(Duration requestTimeout, double goawayChance) {
        this.deadlines = new Deadlines(requestTimeout);
        this.goawayChance = goawayChance;
    }

    /** Counts requests under way. */
    public Drain drain() {
        return drain;
    }

    RequestFilter deadlines() {
        return deadlines;
    }

    double goawayChance() {
        return goawayChance;
    }

    @Override
    public void close() {
        deadlines.close();
    }
}
