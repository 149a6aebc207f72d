package io.k8j.apiserver.discovery;

import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.Tagged;
import io.k8j.model.openapi.OpenApiDocuments;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Supplier;

/** Sends one group version's OpenAPI v3 document, whose address may name the content by its hash. */
public final class ThirdDocument {
    private static final String PREFIX = "/openapi/v3/";
    private static final String IMMUTABLE = "public, immutable";

    private static final DateTimeFormatter EXPIRES =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'UTC'", Locale.ENGLISH);

    private ThirdDocument() {}

    /** Where the content can be kept for ever, as the index says it. */
    public static String address(String groupVersion, String hash) {
        return PREFIX + groupVersion + "?hash=" + hash;
    }

    /**
     * Sends it in the form that the client names first; 406 if it takes neither.
     *
     * @param now the content may be kept for a year from then
     * @param groupVersion such as {@code apis/apps/v1}
     * @param hash changes with the content
     * @param json the document
     * @param protobuf the same in protobuf; null where there is no such form
     */
    public static void send(
            Exchange exchange,
            Instant now,
            String groupVersion,
            String hash,
            Supplier<byte[]> json,
            Supplier<byte[]> protobuf) {
        exchange.addResponseHeader("Vary", "Accept");
        boolean asProtobuf = protobuf != null && prefersProtobuf(exchange);
        if (!asProtobuf && !exchange.accepts("application/json")) {
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
            exchange.setResponseHeader(
                    "Expires", EXPIRES.format(now.atZone(ZoneOffset.UTC).plusYears(1)));
            exchange.setResponseHeader("Cache-Control", IMMUTABLE);
        }
        if (asProtobuf) Tagged.send(exchange, hash, OpenApiDocuments.THIRD_PROTOBUF, protobuf);
        else Tagged.send(exchange, hash, "application/json", json);
    }

    private static boolean prefersProtobuf(Exchange exchange) {
        String accept = String.valueOf(exchange.header("Accept"));
        int protobuf = accept.indexOf("application/com.github.proto-openapi.spec.v3");
        int json = accept.indexOf("application/json");
        return protobuf >= 0 && (json < 0 || protobuf < json);
    }
}
