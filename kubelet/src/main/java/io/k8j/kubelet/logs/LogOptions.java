package io.k8j.kubelet.logs;

import java.time.Instant;

/**
 * Which lines of a log are wanted.
 *
 * @param follow whether to go on with lines written later
 * @param tailLines only so many of the last lines; null for all
 * @param since only lines from then on; null for all
 * @param timestamps whether each line begins with its time
 * @param limitBytes at most so many bytes; null for all
 * @param stream {@code All}, {@code Stdout} or {@code Stderr}
 */
public record LogOptions(
        boolean follow, Long tailLines, Instant since, boolean timestamps, Long limitBytes, String stream) {}
