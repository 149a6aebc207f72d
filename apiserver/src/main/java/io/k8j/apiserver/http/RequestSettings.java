package io.k8j.apiserver.http;

import java.time.Duration;

/**
 * Bounds of what a client may send, and of how long it may take. Upstream's values where it has them.
 *
 * @param maxBodyBytes longest request body; longer ones are answered with 413
 * @param maxHeaderBytes longest request line and longest header block; longer ones are answered with 431
 * @param headerTimeout time within which a request's head must have arrived once it has begun, or a connection was made
 * @param idleTimeout a connection without any request for that long is closed
 * @param bodyTimeout time within which a request's body must have arrived
 * @param stallTimeout a client that takes nothing of an answer for that long is cut off
 */
public record RequestSettings(
        int maxBodyBytes,
        int maxHeaderBytes,
        Duration headerTimeout,
        Duration idleTimeout,
        Duration bodyTimeout,
        Duration stallTimeout) {
    public static final RequestSettings DEFAULTS = new RequestSettings(
            3 * 1024 * 1024,
            1024 * 1024,
            Duration.ofSeconds(32),
            Duration.ofSeconds(90),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60));
}
