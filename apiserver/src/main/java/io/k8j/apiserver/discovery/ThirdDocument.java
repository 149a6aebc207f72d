package io.k8j.apiserver.discovery;

import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.Tagged;
import java.util.function.Supplier;

/** Sends one group version's OpenAPI v3 document, whose address may name the content by its hash. */
public final class ThirdDocument {
    private static final String PREFIX = "/openapi/v3/";
    private static final String IMMUTABLE = "public, immutable";

    private ThirdDocument() {}

    /** Where the content can be kept for ever, as the index says it. */
    public static String address(String groupVersion, String hash) {
        return PREFIX + groupVersion + "?hash=" + hash;
    }

    /**
     * Sends it; 406 if the client wants no JSON.
     *
     * @param groupVersion such as {@code apis/apps/v1}
     * @param hash changes with the content
     */
    public static void send(Exchange exchange, String groupVersion, String hash, Supplier<byte[]> content) {
        exchange.addResponseHeader("Vary", "Accept");
        if (!exchange.accepts("application/json")) {
            exchange.respond(406, null, new byte[0]);
            return;
        }
        String wanted = exchange.query("hash");
        if (wanted != null && !wanted.isEmpty()) {
            if (!hash.equals(wanted)) { // the client's index is old, but names what it wants
                exchange.setResponseHeader("Location", address(groupVersion, hash));
                exchange.respond(301, null, new byte[0]);
                return;
            }
            exchange.setResponseHeader("Expires", "Thu, 31 Dec 2099 23:59:59 GMT");
            exchange.setResponseHeader("Cache-Control", IMMUTABLE);
        }
        Tagged.send(exchange, hash, "application/json", content);
    }
}
