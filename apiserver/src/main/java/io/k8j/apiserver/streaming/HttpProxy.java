package io.k8j.apiserver.streaming;

import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.ResponseStream;
import io.k8j.model.api.ApiException;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Forwards an ordinary request and streams the answer back as it comes, no faster than the client reads. */
public final class HttpProxy {
    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
    private static final int PIECES_AHEAD = 16;
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

    /** How the answer is passed on. */
    public sealed interface Mode {
        /** A kubelet's own answer. */
        Mode KUBELET = new Kubelet();

        /** See {@link #KUBELET}. */
        record Kubelet() implements Mode {}
    }

    /**
     * The answer of a program that does not know where it is mounted: redirects get the prefix.
     *
     * @param prefix path of the proxy, ending with a slash or the subresource
     */
    public record Rewriting(String prefix) {}

    /**
     * The answer of a server that this one stands in for: all of it is the client's, refusals too.
     *
     * @param identity headers that say who asks
     */
    public record OnBehalf(List<Map.Entry<String, String>> identity) {}

    /** Forwards to a server that this one stands in for. */
    public static void forward(Exchange exchange, Backend backend, OnBehalf onBehalf) throws InterruptedException {
        run(exchange, backend, new Rewriting(""), onBehalf.identity());
    }

    /** Replaces whatever a client says of its identity. */
    static void identify(HttpHeaders headers, List<Map.Entry<String, String>> identity) {
        for (String name : List.copyOf(headers.names())) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-remote-") || lower.startsWith("impersonate-")) headers.remove(name);
        }
        identity.forEach(header -> headers.add(header.getKey(), header.getValue()));
    }

    /** Forwards with the answer unchanged; a refusal of the kubelet becomes a Status. */
    public static void forward(Exchange exchange, Backend backend, Mode mode) throws InterruptedException {
        run(exchange, backend, null, List.of());
    }

    /** Forwards to a proxied program. */
    public static void forward(Exchange exchange, Backend backend, Rewriting rewriting) throws InterruptedException {
        run(exchange, backend, rewriting, List.of());
    }

    private sealed interface Piece {
        record Head(HttpResponse response) implements Piece {}

        record Body(byte[] bytes) implements Piece {}

        record End(Throwable failure) implements Piece {}
    }

    private static void run(
            Exchange exchange, Backend backend, Rewriting rewriting, List<Map.Entry<String, String>> identity)
            throws InterruptedException {
        BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
        Channel channel = connect(exchange, backend, pieces);
        exchange.onDisconnect(channel::close);
        try {
            FullHttpRequest request = request(exchange, backend, rewriting);
            if (!identity.isEmpty()) identify(request.headers(), identity);
            channel.writeAndFlush(request);
            if (!(pieces.take() instanceof Piece.Head(HttpResponse head))) {
                throw ApiException.unavailable(
                        "error trying to reach service: the backend closed the connection without an answer");
            }
            relay(exchange, backend, channel, pieces, head, rewriting);
        } finally {
            channel.close();
        }
    }

    private static void relay(
            Exchange exchange,
            Backend backend,
            Channel channel,
            BlockingQueue<Piece> pieces,
            HttpResponse head,
            Rewriting rewriting)
            throws InterruptedException {
        int code = head.status().code();
        if (rewriting == null && code >= 400) {
            throw refusal(code, collect(channel, pieces));
        }
        ProxiedLinks.Mount mount = rewriting == null ? null : mount(exchange, backend, rewriting);
        copyHeaders(exchange, head, mount);
        if (mount != null && isPage(head, mount)) {
            page(exchange, channel, pieces, head, mount);
            return;
        }
        LogSocket socket = rewriting == null && exchange.asksForWebSocket() ? LogSocket.agree(exchange) : null;
        ResponseStream stream = socket != null
                ? socket.open(exchange)
                : exchange.stream(code, head.headers().get(HttpHeaderNames.CONTENT_TYPE));
        while (true) {
            switch (next(channel, pieces)) {
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

    private static ProxiedLinks.Mount mount(Exchange exchange, Backend backend, Rewriting rewriting) {
        String host = exchange.header("Host");
        return new ProxiedLinks.Mount(
                rewriting.prefix(), host == null ? List.of(backend.authority()) : List.of(backend.authority(), host));
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
    private static void page(
            Exchange exchange,
            Channel channel,
            BlockingQueue<Piece> pieces,
            HttpResponse head,
            ProxiedLinks.Mount mount)
            throws InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        Piece piece = next(channel, pieces);
        while (piece instanceof Piece.Body(byte[] bytes) && body.size() < MAX_PAGE) {
            body.writeBytes(bytes);
            piece = next(channel, pieces);
        }
        boolean whole = piece instanceof Piece.End(Throwable failure) && failure == null;
        boolean gzip = head.headers().contains(HttpHeaderNames.CONTENT_ENCODING);
        ResponseStream stream =
                exchange.stream(head.status().code(), head.headers().get(HttpHeaderNames.CONTENT_TYPE));
        stream.write(whole ? mended(body.toByteArray(), gzip, mount) : body.toByteArray());
        while (piece instanceof Piece.Body(byte[] bytes) && stream.write(bytes)) piece = next(channel, pieces);
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

    private static Piece next(Channel channel, BlockingQueue<Piece> pieces) throws InterruptedException {
        Piece piece = pieces.take();
        if (pieces.size() < PIECES_AHEAD / 2 && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
        return piece;
    }

    private static String collect(Channel channel, BlockingQueue<Piece> pieces) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        while (next(channel, pieces) instanceof Piece.Body(byte[] bytes)) {
            if (text.length() < 4096) {
                text.append(new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
            }
        }
        return text.toString().strip();
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

    private static Channel connect(Exchange exchange, Backend backend, BlockingQueue<Piece> pieces)
            throws InterruptedException {
        var loop = exchange.eventLoop();
        Class<? extends SocketChannel> type =
                loop.parent() instanceof io.netty.channel.IoEventLoopGroup group && group.isIoType(EpollIoHandler.class)
                        ? EpollSocketChannel.class
                        : NioSocketChannel.class;
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channel(type)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (backend.tls() != null) {
                            channel.pipeline()
                                    .addLast(backend.tls()
                                            .newHandler(channel.alloc(), backend.tlsName(), backend.port()));
                        }
                        channel.pipeline().addLast(new HttpClientCodec(), new Reader(pieces));
                    }
                })
                .connect(backend.host(), backend.port());
        if (!connected.await(CONNECT_TIMEOUT_MILLIS + 1000L, TimeUnit.MILLISECONDS) || !connected.isSuccess()) {
            throw ApiException.unavailable("error trying to reach service: dial tcp %s: %s"
                    .formatted(backend.authority(), why(connected.cause())));
        }
        return connected.channel();
    }

    /** Go's words for why a connection could not be made. */
    private static String why(Throwable cause) {
        String text =
                cause == null ? "timed out" : String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (text.contains("timed out")) return "i/o timeout";
        if (text.contains("refused")) return "connect: connection refused";
        if (text.contains("no route")) return "connect: no route to host";
        if (text.contains("unreachable")) return "connect: network is unreachable";
        return text;
    }

    private static FullHttpRequest request(Exchange exchange, Backend backend, Rewriting rewriting) {
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(exchange.method()),
                backend.uri(),
                Unpooled.wrappedBuffer(exchange.body()));
        if (rewriting != null) {
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

    /** Hands the answer's pieces over to the request's thread; stops reading while that is behind. */
    private static final class Reader extends SimpleChannelInboundHandler<HttpObject> {
        private final BlockingQueue<Piece> pieces;
        private boolean complete;

        Reader(BlockingQueue<Piece> pieces) {
            this.pieces = pieces;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
            if (message instanceof HttpResponse response) {
                offer(new Piece.Head(response));
            }
            if (message instanceof HttpContent content) {
                ByteBuf data = content.content();
                if (data.isReadable()) {
                    byte[] bytes = new byte[data.readableBytes()];
                    data.readBytes(bytes);
                    offer(new Piece.Body(bytes));
                }
                if (content instanceof LastHttpContent) {
                    complete = true;
                    offer(new Piece.End(null));
                }
            }
            if (pieces.size() >= PIECES_AHEAD) {
                context.channel().config().setAutoRead(false);
            }
        }

        private void offer(Piece piece) {
            pieces.add(piece); // what one read gives is bounded, and reading stops when much is waiting
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!complete) {
                complete = true;
                pieces.add(new Piece.End(new java.io.IOException("the backend closed the connection")));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (!complete) {
                complete = true;
                pieces.add(new Piece.End(cause));
            }
            context.close();
        }
    }
}
