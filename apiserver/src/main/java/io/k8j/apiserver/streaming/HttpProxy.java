package io.k8j.apiserver.streaming;

import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.ResponseStream;
import io.k8j.apiserver.streaming.BackendAnswer.Piece;
import io.k8j.model.api.ApiException;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Forwards an ordinary request and streams the answer back as it comes, no faster than the client reads. */
public final class HttpProxy {
    private static final int MAX_PAGE = 8 * 1024 * 1024;
    private static final Set<String> HOP_HEADERS = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "content-length",
            "date");

    private HttpProxy() {}

    /**
     * Forwards to a kubelet, with the answer unchanged; its refusal becomes a Status.
     *
     * @throws ApiException what the kubelet says, or that it cannot be reached
     */
    public static void toKubelet(Exchange exchange, Backend backend) throws InterruptedException {
        run(exchange, backend, null, List.of());
    }

    /**
     * Forwards to a program that does not know where it is mounted: its redirects and links get the prefix.
     *
     * @param prefix path of the proxy, ending with a slash or the subresource
     */
    public static void toProgram(Exchange exchange, Backend backend, String prefix) throws InterruptedException {
        run(exchange, backend, prefix, List.of());
    }

    /**
     * Forwards to a server that this one stands in for: all of its answer is the client's, refusals too.
     *
     * @param identity headers that say who asks
     */
    public static void onBehalf(Exchange exchange, Backend backend, List<Map.Entry<String, String>> identity)
            throws InterruptedException {
        run(exchange, backend, "", identity);
    }

    /** Replaces whatever a client says of its identity. */
    static void identify(HttpHeaders headers, List<Map.Entry<String, String>> identity) {
        for (String name : List.copyOf(headers.names())) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-remote-") || lower.startsWith("impersonate-")) headers.remove(name);
        }
        identity.forEach(header -> headers.add(header.getKey(), header.getValue()));
    }

    /** @param prefix null for a kubelet's own answer */
    private static void run(Exchange exchange, Backend backend, String prefix, List<Map.Entry<String, String>> identity)
            throws InterruptedException {
        try (BackendAnswer answer = BackendAnswer.dial(exchange, backend)) {
            FullHttpRequest request = request(exchange, backend, prefix);
            if (!identity.isEmpty()) identify(request.headers(), identity);
            HttpResponse head = answer.to(request);
            relay(exchange, backend, answer, head, prefix);
        }
    }

    private static void relay(
            Exchange exchange, Backend backend, BackendAnswer answer, HttpResponse head, String prefix)
            throws InterruptedException {
        int code = head.status().code();
        if (prefix == null && code >= 400) {
            throw refusal(code, answer.text());
        }
        ProxiedLinks.Mount mount = prefix == null ? null : mount(exchange, backend, prefix);
        copyHeaders(exchange, head, mount);
        if (mount != null && isPage(head, mount)) {
            page(exchange, answer, head, mount);
            return;
        }
        LogSocket socket = prefix == null && exchange.asksForWebSocket() ? LogSocket.agree(exchange) : null;
        ResponseStream stream = socket != null
                ? socket.open(exchange)
                : exchange.stream(code, head.headers().get(HttpHeaderNames.CONTENT_TYPE));
        while (true) {
            switch (answer.next()) {
                case Piece.Body(byte[] bytes) -> {
                    if (!stream.write(socket != null ? socket.message(bytes) : bytes)) {
                        return;
                    }
                }
                case Piece.End(Throwable failure) -> {
                    if (failure == null) {
                        stream.end();
                    } else {
                        stream.abort();
                    }
                    return;
                }
                case Piece.Head ignored -> throw new IllegalStateException("two heads in one answer");
            }
        }
    }

    private static ProxiedLinks.Mount mount(Exchange exchange, Backend backend, String prefix) {
        String host = exchange.header("Host");
        return new ProxiedLinks.Mount(
                prefix, host == null ? List.of(backend.authority()) : List.of(backend.authority(), host));
    }

    /** Whether the links of the body must be mended, and can be. */
    private static boolean isPage(HttpResponse head, ProxiedLinks.Mount mount) {
        String type = head.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        String encoding = head.headers().get(HttpHeaderNames.CONTENT_ENCODING, "");
        return !mount.prefix().isEmpty()
                && head.headers().get(HttpHeaderNames.LOCATION) == null
                && type.split(";", -1)[0].strip().equals("text/html")
                && (encoding.isEmpty() || encoding.equals("gzip"));
    }

    /** A page is small enough to be held; one that is not goes through as it is from where it gets too long. */
    private static void page(Exchange exchange, BackendAnswer answer, HttpResponse head, ProxiedLinks.Mount mount)
            throws InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        Piece piece = answer.next();
        while (piece instanceof Piece.Body(byte[] bytes) && body.size() < MAX_PAGE) {
            body.writeBytes(bytes);
            piece = answer.next();
        }
        boolean whole = piece instanceof Piece.End(Throwable failure) && failure == null;
        boolean gzip = head.headers().contains(HttpHeaderNames.CONTENT_ENCODING);
        ResponseStream stream =
                exchange.stream(head.status().code(), head.headers().get(HttpHeaderNames.CONTENT_TYPE));
        stream.write(whole ? mended(body.toByteArray(), gzip, mount) : body.toByteArray());
        while (piece instanceof Piece.Body(byte[] bytes) && stream.write(bytes)) piece = answer.next();
        if (piece instanceof Piece.End(Throwable failure) && failure == null) stream.end();
        else stream.abort();
    }

    private static byte[] mended(byte[] body, boolean gzip, ProxiedLinks.Mount mount) {
        try {
            byte[] plain = gzip ? new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes() : body;
            byte[] page = ProxiedLinks.page(new String(plain, StandardCharsets.UTF_8), mount)
                    .getBytes(StandardCharsets.UTF_8);
            if (!gzip) return page;
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
                out.write(page);
            }
            return packed.toByteArray();
        } catch (IOException e) {
            return body; // not what its header says: the client may make of it what it can
        }
    }

    private static ApiException refusal(int code, String text) {
        return switch (code) {
            case 400 -> ApiException.badRequest(text);
            case 404 ->
                new ApiException(
                        404,
                        "NotFound",
                        "the server could not find the requested resource (%s)".formatted(text),
                        Map.of());
            default -> new ApiException(code, code == 500 ? "InternalError" : "", text, null);
        };
    }

    private static FullHttpRequest request(Exchange exchange, Backend backend, String prefix) {
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(exchange.method()),
                backend.uri(),
                Unpooled.wrappedBuffer(exchange.body()));
        if (prefix != null) {
            exchange.rawRequest().headers().forEach(header -> {
                String name = header.getKey().toLowerCase(Locale.ROOT);
                if (!HOP_HEADERS.contains(name)
                        && !name.equals("authorization")
                        && !name.startsWith("impersonate-")
                        && !name.startsWith("x-http2")) {
                    request.headers().add(header.getKey(), header.getValue());
                }
            });
            String before = String.join(", ", exchange.headers("X-Forwarded-For"));
            String client = exchange.remoteAddress().getAddress().getHostAddress();
            request.headers().set("X-Forwarded-For", before.isEmpty() ? client : before + ", " + client);
            request.headers().set("X-Forwarded-Uri", exchange.path());
        }
        request.headers().set(HttpHeaderNames.HOST, backend.authority());
        request.headers().set(HttpHeaderNames.CONNECTION, "close");
        if (exchange.body().length > 0 || !List.of("GET", "HEAD", "DELETE").contains(exchange.method())) {
            request.headers().set(HttpHeaderNames.CONTENT_LENGTH, exchange.body().length);
        }
        return request;
    }

    private static void copyHeaders(Exchange exchange, HttpResponse head, ProxiedLinks.Mount mount) {
        head.headers().forEach(header -> {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!HOP_HEADERS.contains(name) && !name.equals("content-type") && !name.equals("cache-control")) {
                String value = header.getValue();
                if (mount != null && name.equals("location")) {
                    value = ProxiedLinks.link(value, mount);
                }
                exchange.addResponseHeader(header.getKey(), value);
            }
        });
    }
}
