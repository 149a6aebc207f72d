package io.k8j.apiserver.http;

import io.k8j.apiserver.authn.Authentication;
import io.k8j.apiserver.authn.BearerTokens;
import io.k8j.apiserver.authn.Credentials;
import io.k8j.apiserver.authn.RequestHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Finds out who asks, and takes away what proved it: nobody behind it, such as a Service that is proxied to, sees the
 * token or the headers of an authenticating proxy.
 */
record Authenticate(Authentication authentication, List<String> proxyHeaders, List<String> proxyPrefixes)
        implements RequestFilter {
    private static final String PROTOCOLS = "Sec-WebSocket-Protocol";

    /** @param settings headers of the configured proxy; null if there is none */
    static Authenticate with(Authentication authentication, RequestHeaders.Settings settings) {
        List<String> names = new ArrayList<>(RequestHeaders.STANDARD);
        List<String> prefixes = new ArrayList<>(List.of(RequestHeaders.STANDARD_EXTRA));
        if (settings != null) {
            Stream.of(settings.usernameHeaders(), settings.uidHeaders(), settings.groupHeaders())
                    .flatMap(List::stream)
                    .forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
            settings.extraHeaderPrefixes().forEach(prefix -> prefixes.add(prefix.toLowerCase(Locale.ROOT)));
        }
        return new Authenticate(authentication, List.copyOf(names), List.copyOf(prefixes));
    }

    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        HttpHeaders headers = exchange.requestHeaders();
        List<Map.Entry<String, String>> presented = headers.entries();
        boolean webSocket = "websocket".equalsIgnoreCase(exchange.header("Upgrade"));
        exchange.user(authentication.authenticate(new Credentials(
                exchange.clientCertificates(),
                presented,
                exchange.path(),
                webSocket,
                warning -> Answers.warn(exchange, List.of(warning)))));
        headers.remove("Authorization");
        for (Map.Entry<String, String> header : presented) {
            if (isOfProxy(header.getKey())) {
                headers.remove(header.getKey());
            }
        }
        if (webSocket) {
            removeToken(headers);
        }
        next.proceed(exchange);
    }

    private boolean isOfProxy(String name) {
        for (String prefix : proxyPrefixes) {
            if (name.regionMatches(true, 0, prefix, 0, prefix.length())) return true;
        }
        for (String header : proxyHeaders) {
            if (name.equalsIgnoreCase(header)) return true;
        }
        return false;
    }

    private static void removeToken(HttpHeaders headers) {
        List<String> protocols = new ArrayList<>();
        boolean found = false;
        for (String header : headers.getAll(PROTOCOLS)) {
            for (String protocol : header.split(",")) {
                boolean isToken = protocol.strip().startsWith(BearerTokens.WEBSOCKET_BEARER);
                found |= isToken;
                if (!isToken) {
                    protocols.add(protocol.strip());
                }
            }
        }
        if (found) {
            headers.set(PROTOCOLS, String.join(",", protocols));
        }
    }
}
