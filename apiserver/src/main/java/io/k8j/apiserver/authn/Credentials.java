package io.k8j.apiserver.authn;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a client presented.
 *
 * @param certificates chain of the TLS connection, the client's own first; empty if none
 * @param headers the request's headers in their order, names as they were sent
 * @param path what is asked for
 * @param webSocket whether the request opens a WebSocket
 * @param warn takes warnings for the client
 */
public record Credentials(
        List<X509Certificate> certificates,
        List<Map.Entry<String, String>> headers,
        String path,
        boolean webSocket,
        Consumer<String> warn) {
    /** Nothing but a token, as a TokenReview has it. */
    public static Credentials ofToken(String token) {
        return new Credentials(
                List.of(), List.of(Map.entry("Authorization", "Bearer " + token)), "", false, warning -> {});
    }

    /** The first value of a header, as all that look for one value take it; empty if there is none. */
    String first(String name) {
        for (Map.Entry<String, String> header : headers) {
            if (header.getKey().equalsIgnoreCase(name)) {
                return header.getValue();
            }
        }
        return "";
    }

    List<String> all(String name) {
        List<String> values = new ArrayList<>();
        for (Map.Entry<String, String> header : headers) {
            if (header.getKey().equalsIgnoreCase(name)) {
                values.add(header.getValue());
            }
        }
        return values;
    }
}
