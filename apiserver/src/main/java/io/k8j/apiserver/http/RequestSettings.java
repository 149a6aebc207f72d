package io.k8j.apiserver.http;

import java.time.Duration;

/**
 * Bounds of what a client may send.
 *
 * @param maxBodyBytes longest request body; longer ones are answered with 413
 * @param maxHeaderBytes longest request line and longest header block
 * @param idleTimeout a connection without any request for that long is closed
 * @param bodyTimeout time within which a request's body must have arrived
 */
public record RequestSettings(int maxBodyBytes, int maxHeaderBytes, Duration idleTimeout, Duration bodyTimeout) {
    public static final RequestSettings DEFAULTS =
            new RequestSettings(3 * 1024 * 1024, 64 * 1024, Duration.ofMinutes(3), Duration.ofSeconds(60));
}
