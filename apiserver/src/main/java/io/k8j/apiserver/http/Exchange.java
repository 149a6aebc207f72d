package io.k8j.apiserver.http;

import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * One request and its answer. Belongs to the virtual thread that handles it; only {@link #onDisconnect} callbacks and a
 * {@link ResponseStream} may be used from other threads.
 */
public final class Exchange {
    private final ChannelHandlerContext context;
    private final HttpRequest request;
    private final byte[] body;
    private final boolean tooLarge;
    private final SslHandler ssl;
    private final boolean http2;
    private final ExchangeState state = new ExchangeState();
    private final Reply reply;
    private final String path;
    private final Map<String, List<String>> query;

    // The handling thread's own notes.
    private UserInfo user;
    private RequestPath requestPath;
    private RequestFacts facts;
    private String auditId = "";
    private long waitedNanos;
    private long loginBegan;

    Exchange(
            ChannelHandlerContext context,
            HttpRequest request,
            byte[] body,
            boolean tooLarge,
            SslHandler ssl,
            boolean http2,
            long stallNanos,
            Runnable finished) {
        this.context = context;
        this.request = request;
        this.body = body;
        this.tooLarge = tooLarge;
        this.ssl = ssl;
        this.http2 = http2;
        this.reply = new Reply(context, request, http2, tooLarge, stallNanos, state, () -> {
            finished.run();
            state.complete();
        });
        String decodedPath;
        try {
            decodedPath = new QueryStringDecoder(request.uri()).path();
        } catch (IllegalArgumentException e) {
            decodedPath = null;
        }
        this.path = decodedPath;
        this.query = QueryParameters.of(request.uri());
    }

    public String method() {
        return request.method().name();
    }

    /** The request target as it was sent, still encoded. */
    public String uri() {
        return request.uri();
    }

    /** The decoded path; null if its encoding is malformed. */
    public String path() {
        return path;
    }

    /** What the path names; taken apart once. The path must not be malformed. */
    RequestPath requestPath() {
        if (requestPath == null) {
            requestPath = RequestPath.parse(path);
        }
        return requestPath;
    }

    /** What the request line says; found out once. The path must not be malformed. */
    RequestFacts facts() {
        if (facts == null) {
            facts = RequestFacts.of(this);
        }
        return facts;
    }

    /** Query parameters in order, decoded. */
    public Map<String, List<String>> query() {
        return query;
    }

    /** First value of a query parameter, or null. */
    public String query(String name) {
        List<String> values = query.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }

    /** First value of a header, or null. */
    public String header(String name) {
        return request.headers().get(name);
    }

    public List<String> headers(String name) {
        return request.headers().getAll(name);
    }

    HttpHeaders requestHeaders() {
        return request.headers();
    }

    /** The body; empty if there is none. Must not be changed. */
    public byte[] body() {
        return body;
    }

    /** Whether the body was longer than allowed; it was dropped then. */
    public boolean bodyTooLarge() {
        return tooLarge;
    }

    private Channel connection() {
        return http2 ? context.channel().parent() : context.channel();
    }

    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) connection().remoteAddress();
    }

    /** The address under which the client reached us. */
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) connection().localAddress();
    }

    /** The certificates the client presented, its own first; empty if none. TLS has checked possession, not trust. */
    public List<X509Certificate> clientCertificates() {
        return PeerCertificates.of(connection(), ssl);
    }

    public UserInfo user() {
        return user;
    }

    public void user(UserInfo value) {
        user = value;
    }

    void loginBegins() {
        loginBegan = System.nanoTime();
    }

    /** When authentication began, by the JVM's timer. */
    long loginBegan() {
        return loginBegan;
    }

    /** How long the request waited for its turn. */
    long waitedNanos() {
        return waitedNanos;
    }

    void waited(long nanos) {
        waitedNanos = nanos;
    }

    /** Bytes of an answer that was sent as a whole, before compression. */
    long responseBytes() {
        return reply.bytes();
    }

    /** The id that the answer carries, and the audit log. */
    String auditId() {
        return auditId;
    }

    void auditId(String value) {
        auditId = value;
    }

    /** Calls back with the status right before an answer begins; in place of what was asked for before. */
    void onHead(IntConsumer callback) {
        reply.onHead(callback);
    }

    /** Ends the connection when the answer is handed over: HTTP/2 says so with GOAWAY and lets other streams finish. */
    void endConnection() {
        if (http2) {
            Channel connection = connection();
            onComplete(() -> connection.eventLoop().execute(connection::close));
        } else {
            reply.endConnection();
        }
    }

    /** Answers that the request took too long, unless it is answered already. */
    void expire() {
        if (state.expire()) Answers.sendStatus(this, timeout());
    }

    /** Whether the answer says that it took too long. */
    boolean isExpired() {
        return state.isExpired();
    }

    static ApiException timeout() {
        return new ApiException(
                504, "Timeout", "Timeout: request did not complete within the allotted timeout", new LinkedHashMap<>());
    }

    /** Calls back once, on any thread, when the whole answer is handed over or the client is gone. */
    void onComplete(Runnable callback) {
        state.onComplete(callback);
    }

    /** Status of the answer; 0 before there is one. */
    public int status() {
        return reply.status();
    }

    public boolean answered() {
        return state.isAnswered();
    }

    /** Adds a header to the answer. */
    public void addResponseHeader(String name, String value) {
        reply.addHeader(name, value);
    }

    /** Replaces a header of the answer. */
    public void setResponseHeader(String name, String value) {
        reply.setHeader(name, value);
    }

    /** Sends the whole answer. */
    public void respond(int code, String contentType, byte[] content) {
        reply.send(code, contentType, content);
    }

    /** Sends an answer that may be large, piece by piece as the client reads it. */
    void respond(int code, String contentType, Body body) {
        reply.send(code, contentType, body);
    }

    /** Begins an answer of unknown length, such as a watch or a log that is followed. */
    public ResponseStream stream(int code, String contentType) {
        return reply.stream(code, contentType);
    }

    /** Whether the client takes an answer of that media type. */
    public boolean accepts(String mediaType) {
        return MediaTypes.accept(headers("Accept")).stream().anyMatch(clause -> clause.matches(mediaType));
    }

    /** Whether the client wants to be answered over a WebSocket. */
    public boolean asksForWebSocket() {
        return !http2 && "websocket".equalsIgnoreCase(header("Upgrade"));
    }

    /** Turns the connection into a WebSocket and begins to send messages over it. */
    ResponseStream webSocket(boolean text) {
        return webSocket(text, "");
    }

    /**
     * Turns the connection into a WebSocket and begins to send messages over it.
     *
     * @param text whether they are of text; of bytes otherwise
     * @param protocol the subprotocol that is agreed on; empty if none
     */
    public ResponseStream webSocket(boolean text, String protocol) {
        ResponseStream opened = reply.webSocket(text);
        // What is sent later follows on the same event loop, so it comes after the handshake.
        detach(raw -> WatchSocket.open(raw, request, protocol));
        return opened;
    }

    /**
     * Takes the connection away from HTTP, for protocols that begin with an Upgrade. Only for HTTP/1.1.
     *
     * @param takeOver runs on the event loop, after which the pipeline belongs to it; gets the raw channel's context
     */
    public void detach(java.util.function.Consumer<ChannelHandlerContext> takeOver) {
        if (http2) {
            throw new IllegalStateException("an HTTP/2 stream cannot be upgraded");
        }
        state.detach();
        reply.begin(HttpResponseStatus.SWITCHING_PROTOCOLS.code());
        context.channel().closeFuture().addListener(closed -> state.complete());
        if (context.executor().inEventLoop()) {
            takeOver.accept(context);
        } else {
            context.executor().execute(() -> takeOver.accept(context));
        }
    }

    /** The request's start line and headers, for handlers that speak an upgraded protocol. */
    public HttpRequest rawRequest() {
        return request;
    }

    /** The event loop of the connection. */
    public io.netty.channel.EventLoop eventLoop() {
        return context.channel().eventLoop();
    }

    public boolean isHttp2() {
        return http2;
    }

    /** Calls back, on an event loop, when the client goes away before the answer is complete; at once if it is gone. */
    public void onDisconnect(Runnable callback) {
        state.onDisconnect(callback);
    }

    void writabilityChanged() {
        state.writabilityChanged();
    }

    void disconnected() {
        state.disconnect();
    }

    /** The handler is done; an answer it forgot is a fault of ours. */
    void handlerReturned() {
        if (!state.isAnswered()) {
            respond(
                    500,
                    "text/plain; charset=utf-8",
                    "internal error: no answer".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }
}
