package io.k8j.kubelet.pods.images;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Growing pauses between repeats of something that fails: none before the first repeat, then 10 seconds, doubled up to
 * five minutes, and forgotten after ten minutes without trouble. How long ago something ended is asked of the wall clock
 * once; from then on the clock may jump without making a pause longer or shorter. Not thread-safe.
 */
public final class CrashBackoff {
    static final Duration FIRST = Duration.ofSeconds(10);
    static final Duration LONGEST = Duration.ofMinutes(5);

    private record Entry(Duration pause, Instant last) {}

    /** An end that was asked about, and the moment on the steady clock at which its pause is over. */
    private record Due(Instant end, Duration pause, long nanos) {}

    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<String, Due> dues = new HashMap<>();

    /**
     * How long to wait yet for a repeat of what ended at {@code end}; zero if it may start.
     *
     * @param now the wall clock
     * @param nanos the steady clock
     */
    public Duration remaining(String key, Instant end, Instant now, long nanos) {
        Entry entry = entries.get(key);
        if (entry == null || expired(entry, end)) return Duration.ZERO;
        Due due = dues.get(key);
        if (due == null || !due.end().equals(end) || !due.pause().equals(entry.pause())) {
            Duration left = Duration.between(now, end.plus(entry.pause()));
            if (left.compareTo(entry.pause()) > 0) left = entry.pause(); // nothing ends in the future
            due = new Due(end, entry.pause(), nanos + left.toNanos());
            dues.put(key, due);
        }
        long left = due.nanos() - nanos;
        return left <= 0 ? Duration.ZERO : Duration.ofNanos(left);
    }

    /** The pause that holds now, as messages tell it. */
    public Duration pause(String key) {
        Entry entry = entries.get(key);
        return entry == null ? Duration.ZERO : entry.pause();
    }

    /** Notes that what ended at {@code end} is started again now, or has failed: the next pause is longer. */
    public void next(String key, Instant end) {
        Entry entry = entries.get(key);
        Duration pause = FIRST;
        if (entry != null && !expired(entry, end)) {
            pause = entry.pause().multipliedBy(2);
            if (pause.compareTo(LONGEST) > 0) pause = LONGEST;
        }
        entries.put(key, new Entry(pause, end));
    }

    void forget(String key) {
        entries.remove(key);
        dues.remove(key);
    }

    private static boolean expired(Entry entry, Instant at) {
        return Duration.between(entry.last(), at).compareTo(LONGEST.multipliedBy(2)) > 0;
    }

    /** As Go prints a duration of whole seconds: {@code 10s}, {@code 1m20s}, {@code 5m0s}. */
    public static String text(Duration pause) {
        long seconds = pause.toSeconds();
        return seconds < 60 ? seconds + "s" : seconds / 60 + "m" + seconds % 60 + "s";
    }
}
