package io.k8j.apiserver.streaming;

import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.ResponseStream;
import io.k8j.model.api.ApiException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A log that goes out as messages of a WebSocket, the first of them empty.
 *
 * @param protocol the subprotocol that client and server agree on; empty if the client asks for none
 */
record LogSocket(String protocol) {
    private static final String BASE64 = "base64.binary.k8s.io";
    private static final List<String> KNOWN = List.of("binary.k8s.io", BASE64);

    /**
     * Picks the first protocol of the client's that is known.
     *
     * @throws ApiException 400 if it asks for others only
     */
    static LogSocket agree(Exchange exchange) {
        List<String> offered = exchange.headers("Sec-WebSocket-Protocol").stream()
                .flatMap(header -> Arrays.stream(header.split(",")))
                .map(String::strip)
                .toList();
        if (offered.isEmpty()) return new LogSocket("");
        return offered.stream()
                .filter(KNOWN::contains)
                .findFirst()
                .map(LogSocket::new)
                .orElseThrow(() -> ApiException.badRequest(
                        "requested protocol(s) are not supported: %s; supports %s".formatted(offered, KNOWN)));
    }

    ResponseStream open(Exchange exchange) throws InterruptedException {
        ResponseStream stream = exchange.webSocket(isText(), protocol);
        stream.write(new byte[0]);
        return stream;
    }

    private boolean isText() {
        return protocol.equals(BASE64);
    }

    /** One message. */
    byte[] message(byte[] piece) {
        return isText() ? Base64.getEncoder().encode(piece) : piece;
    }
}
