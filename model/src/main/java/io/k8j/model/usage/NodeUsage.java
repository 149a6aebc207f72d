package io.k8j.model.usage;

import java.time.Duration;
import java.time.Instant;

/**
 * What a node uses.
 *
 * @param timestamp end of the window in which it was measured
 */
public record NodeUsage(Instant timestamp, Duration window, Usage usage) {}
