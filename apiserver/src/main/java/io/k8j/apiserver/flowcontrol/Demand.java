package io.k8j.apiserver.flowcontrol;

/**
 * How many seats a level could have used over time: highest, mean and deviation of the period that runs, and a smoothed
 * figure over many. Used under the level's lock.
 */
final class Demand {
    private static final double SMOOTHING = 0.977; // half of it is forgotten after five minutes of ten-second periods

    private double now;
    private long since;
    private double seconds;
    private double sum;
    private double squares;
    private double highest;

    private int highWatermark;
    private double average;
    private double deviation;
    private double smoothed;

    Demand(long nanos) {
        since = nanos;
    }

    void set(double value, long nanos) {
        advance(nanos);
        now = value;
        highest = Math.max(highest, value);
    }

    private void advance(long nanos) {
        double took = (nanos - since) / 1e9;
        since = nanos;
        seconds += took;
        sum += now * took;
        squares += now * now * took;
    }

    /** Closes the period that runs and begins the next one. */
    void endPeriod(long nanos) {
        advance(nanos);
        average = seconds <= 0 ? now : sum / seconds;
        deviation = seconds <= 0 ? 0 : Math.sqrt(Math.max(0, squares / seconds - average * average));
        highWatermark = (int) Math.round(highest);
        double envelope = average + deviation;
        smoothed = Math.max(envelope, SMOOTHING * smoothed + (1 - SMOOTHING) * envelope);
        seconds = 0;
        sum = 0;
        squares = 0;
        highest = now;
    }

    int highWatermark() {
        return highWatermark;
    }

    double average() {
        return average;
    }

    double deviation() {
        return deviation;
    }

    double smoothed() {
        return smoothed;
    }
}
