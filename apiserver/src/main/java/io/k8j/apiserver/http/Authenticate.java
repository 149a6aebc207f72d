package io.k8j.apiserver.http;

import io.k8j.apiserver.authn.Authentication;
import io.k8j.apiserver.authn.Credentials;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/** Finds out who asks. */
record Authenticate(Authentication authentication) implements RequestFilter {
    private static final String BEARER = "bearer ";
    private static final String WEBSOCKET_BEARER = "base64url.bearer.authorization.k8s.io.";

    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        exchange.user(authentication.authenticate(new Credentials(exchange.clientCertificates(), token(exchange))));
        next.proceed(exchange);
    }

    private static String token(Exchange exchange) {
        String header = exchange.header("Authorization");
        if (header != null && header.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            String token = header.substring(BEARER.length()).strip();
            return token.isEmpty() ? null : token;
        }
        return webSocketToken(exchange);
    }

    /** Browsers cannot set headers of a WebSocket, so the token comes as a subprotocol. */
    private static String webSocketToken(Exchange exchange) {
        for (String protocols : exchange.headers("Sec-WebSocket-Protocol")) {
            for (String protocol : protocols.split(",")) {
                if (protocol.strip().startsWith(WEBSOCKET_BEARER)) {
                    try {
                        return new String(
                                Base64.getUrlDecoder().decode(protocol.strip().substring(WEBSOCKET_BEARER.length())),
                                StandardCharsets.UTF_8);
                    } catch (IllegalArgumentException e) {
                        return "malformed"; // presented, but no token of anybody: 401
                    }
                }
            }
        }
        return null;
    }
}
