package io.k8j.model.usage;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a Pod uses.
 *
 * @param timestamp end of the window of the container that was measured first
 * @param containers by name
 */
public record PodUsage(Instant timestamp, Duration window, SortedMap<String, Usage> containers) {
    public PodUsage {
        containers = Collections.unmodifiableSortedMap(new TreeMap<>(containers));
    }
}
