package io.k8j.apiserver.flowcontrol;

import java.util.ArrayDeque;

/**
 * How long refused clients of one level should wait: doubled up to eight seconds while many are refused, one second less
 * whenever few were. Safe for all threads.
 */
final class RetryAfter {
    private static final long LONGEST = 8;

    private record Second(long at, long refused) {}

    private final ArrayDeque<Second> history = new ArrayDeque<>(); // guarded by this
    private long current;
    private long refused;
    private long seconds = 1;
    private long changed;

    /** Notes a refusal and answers what to tell the client. */
    synchronized long refuse(long unixSecond) {
        if (current == unixSecond) {
            refused++;
            return seconds;
        }
        history.add(new Second(current, refused));
        long kept = Math.min(2 * seconds, LONGEST);
        while (!history.isEmpty() && current - history.getFirst().at() > kept) history.removeFirst();
        current = unixSecond;
        refused = 1;
        adapt(unixSecond);
        return seconds;
    }

    private void adapt(long unixSecond) {
        long recent = history.stream()
                .filter(second -> unixSecond - second.at() <= seconds && second.at() < unixSecond)
                .mapToLong(Second::refused)
                .sum();
        if (unixSecond - changed >= seconds && recent >= 3 * seconds) {
            seconds = Math.min(2 * seconds, LONGEST);
            changed = unixSecond;
        } else if (recent < seconds && seconds > 1) {
            seconds--;
        }
    }
}
