package io.k8j.apiserver.http;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Supplier;

/** Sends documents that clients keep: who has the current one is told so, and gets no second copy. */
public final class Tagged {
    private Tagged() {}

    /** The tag of some content, which is never that of another one. */
    public static String of(byte[] content) {
        try {
            return HexFormat.of()
                    .withUpperCase()
                    .formatHex(MessageDigest.getInstance("SHA-512").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-512 is missing", e);
        }
    }

    /**
     * Sends a document, or 304 if the client already has it.
     *
     * @param tag changes with the content; goes out as {@code Etag}, in quotes
     */
    public static void send(Exchange exchange, String tag, String contentType, Supplier<byte[]> content) {
        String quoted = '"' + tag + '"';
        exchange.setResponseHeader("Etag", quoted);
        if (quoted.equals(exchange.header("If-None-Match"))) {
            exchange.respond(304, contentType, new byte[0]);
        } else {
            exchange.respond(200, contentType, content.get());
        }
    }
}
