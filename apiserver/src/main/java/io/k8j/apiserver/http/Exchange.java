package io.k8j.apiserver.http;

import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiException;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * One request and its answer. Belongs to the virtual thread that handles it; only {@link #onDisconnect} callbacks and a
 * {@link ResponseStream} may be used from other threads.
 */
public final class Exchange {
    /** Answers from this size on are compressed for clients that accept it, as upstream does. */
    static final int GZIP_FROM_BYTES = 128 * 1024;

    private static final int SMALL_BYTES = 64 * 1024;

    private final ChannelHandlerContext context;
    private final HttpRequest request;
    private final byte[] body;
    private final boolean tooLarge;
    private final SslHandler ssl;
    private final boolean http2;
    private final long stallNanos;
    private final Runnable finished;
    private final String path;
    private final Map<String, List<String>> query;
    private final Map<String, List<String>> responseHeaders = new LinkedHashMap<>();
    private final Object lock = new Object();

    // guarded by lock
    private boolean disconnected;
    private final List<Runnable> disconnectCallbacks = new ArrayList<>();
    private Outgoing outgoing;
    private boolean answered;
    private boolean detached;
    private boolean completed;
    private boolean expired;
    private final List<Runnable> completeCallbacks = new ArrayList<>();

    // The handling thread's own notes.
    private UserInfo user;
    private RequestPath requestPath;
    private RequestFacts facts;
    private String auditId = "";
    private boolean endsConnection;
    private long waitedNanos;
    private long responseBytes;
    private long loginBegan;
    private IntConsumer onHead = code -> {};
    private int status;

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
        this.stallNanos = stallNanos;
        this.finished = () -> {
            finished.run();
            complete();
        };
        String decodedPath;
        Map<String, List<String>> decodedQuery;
        try {
            QueryStringDecoder decoder = new QueryStringDecoder(request.uri());
            decodedPath = decoder.path();
            decodedQuery = decoder.parameters();
        } catch (IllegalArgumentException e) {
            decodedPath = null;
            decodedQuery = Map.of();
        }
        this.path = decodedPath;
        this.query = decodedQuery;
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

    public InetSocketAddress remoteAddress() {
        Channel channel = http2 ? context.channel().parent() : context.channel();
        return (InetSocketAddress) channel.remoteAddress();
    }

    /** The address under which the client reached us. */
    public InetSocketAddress localAddress() {
        Channel channel = http2 ? context.channel().parent() : context.channel();
        return (InetSocketAddress) channel.localAddress();
    }

    public boolean isSecure() {
        return ssl != null;
    }

    /** The certificates the client presented, its own first; empty if none. TLS has checked possession, not trust. */
    public List<X509Certificate> clientCertificates() {
        if (ssl == null) {
            return List.of();
        }
        try {
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate certificate : ssl.engine().getSession().getPeerCertificates()) {
                if (certificate instanceof X509Certificate x509) {
                    chain.add(x509);
                }
            }
            return chain;
        } catch (SSLPeerUnverifiedException e) {
            return List.of(); // the usual case: no certificate was sent
        }
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
        return responseBytes;
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
        onHead = callback;
    }

    /** Ends the connection when the answer is handed over: HTTP/2 says so with GOAWAY and lets other streams finish. */
    void endConnection() {
        if (http2) {
            Channel connection = context.channel().parent();
            onComplete(() -> connection.eventLoop().execute(connection::close));
        } else {
            endsConnection = true;
        }
    }

    /** Answers that the request took too long, unless it is answered already. */
    void expire() {
        synchronized (lock) {
            if (answered || detached) {
                return;
            }
            expired = true;
        }
        Answers.sendStatus(this, timeout());
    }

    /** Whether the answer says that it took too long. */
    boolean isExpired() {
        synchronized (lock) {
            return expired;
        }
    }

    static ApiException timeout() {
        return new ApiException(
                504, "Timeout", "Timeout: request did not complete within the allotted timeout", new LinkedHashMap<>());
    }

    /** Calls back once, on any thread, when the whole answer is handed over or the client is gone. */
    void onComplete(Runnable callback) {
        synchronized (lock) {
            if (!completed) {
                completeCallbacks.add(callback);
                return;
            }
        }
        callback.run();
    }

    private void complete() {
        List<Runnable> callbacks;
        synchronized (lock) {
            if (completed) {
                return;
            }
            completed = true;
            callbacks = List.copyOf(completeCallbacks);
            completeCallbacks.clear();
        }
        callbacks.forEach(Runnable::run);
    }

    private void beginAnswer(int code) {
        status = code;
        onHead.accept(code);
    }

    /** Status of the answer; 0 before there is one. */
    public int status() {
        return status;
    }

    public boolean answered() {
        synchronized (lock) {
            return answered;
        }
    }

    /** Adds a header to the answer. */
    public void addResponseHeader(String name, String value) {
        responseHeaders.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    }

    /** Replaces a header of the answer. */
    public void setResponseHeader(String name, String value) {
        responseHeaders.put(name, new ArrayList<>(List.of(value)));
    }

    /** Sends the whole answer. */
    public void respond(int code, String contentType, byte[] content) {
        responseBytes = content.length;
        if (content.length >= SMALL_BYTES) {
            respond(code, contentType, new ArrayBody(content));
        } else if (markAnswered()) {
            beginAnswer(code);
            respondAtOnce(code, contentType, content);
        }
    }

    /** Sends an answer that may be large, piece by piece as the client reads it. */
    void respond(int code, String contentType, Body body) {
        responseBytes = body.length();
        if (!markAnswered()) {
            return;
        }
        beginAnswer(code);
        byte[] gzipped = body.length() < GZIP_FROM_BYTES ? null : compressed(body);
        if (gzipped != null) {
            respondAtOnce(code, contentType, gzipped);
        } else if (body.length() < SMALL_BYTES || isHead()) {
            respondAtOnce(code, contentType, ArrayBody.bytes(body));
        } else {
            HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code));
            copyHeaders(head.headers(), contentType);
            head.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length());
            BodySender sender = new BodySender(context, body, closes(head), stallNanos, finished);
            follow(sender);
            sender.begin(head);
        }
    }

    private void respondAtOnce(int code, String contentType, byte[] content) {
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(code),
                isHead() ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(content));
        copyHeaders(response.headers(), contentType);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, content.length);
        boolean close = closes(response);
        ChannelFuture written = context.writeAndFlush(response);
        if (close) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
        finished.run();
    }

    private boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }

    /** Whether the connection ends with this answer, which then says so. */
    private boolean closes(HttpResponse response) {
        boolean close = !http2 && (tooLarge || endsConnection || !HttpUtil.isKeepAlive(request));
        if (close) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        return close;
    }

    /** Has what is being sent hear of the connection from now on. */
    private void follow(Outgoing sending) {
        boolean late;
        synchronized (lock) {
            outgoing = sending;
            late = disconnected;
        }
        if (late) {
            sending.disconnected();
        }
    }

    /** Begins an answer of unknown length, such as a watch or a log that is followed. */
    public ResponseStream stream(int code, String contentType) {
        if (!markAnswered()) {
            throw new IllegalStateException("the request is answered already");
        }
        beginAnswer(code);
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code));
        copyHeaders(response.headers(), contentType);
        if (!http2) {
            HttpUtil.setTransferEncodingChunked(response, true);
        }
        ResponseStream opened = new ResponseStream(context, !http2 && !HttpUtil.isKeepAlive(request), finished);
        follow(opened);
        context.writeAndFlush(response);
        return opened;
    }

    /** Whether the client wants to be answered over a WebSocket. */
    public boolean asksForWebSocket() {
        return !http2 && "websocket".equalsIgnoreCase(header("Upgrade"));
    }

    /** Turns the connection into a WebSocket and begins to send messages over it. */
    ResponseStream webSocket(boolean text) {
        if (!markAnswered()) {
            throw new IllegalStateException("the request is answered already");
        }
        ResponseStream opened = new ResponseStream(
                context,
                true,
                () -> {},
                text ? ResponseStream.Framing.TEXT_MESSAGES : ResponseStream.Framing.BINARY_MESSAGES);
        follow(opened);
        // What is sent later follows on the same event loop, so it comes after the handshake.
        detach(raw -> WatchSocket.open(raw, request));
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
        synchronized (lock) {
            answered = true;
            detached = true;
        }
        beginAnswer(HttpResponseStatus.SWITCHING_PROTOCOLS.code());
        context.channel().closeFuture().addListener(closed -> complete());
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
        synchronized (lock) {
            if (!disconnected) {
                disconnectCallbacks.add(callback);
                return;
            }
        }
        callback.run();
    }

    private boolean markAnswered() {
        synchronized (lock) {
            if (answered) {
                return false;
            }
            answered = true;
            return true;
        }
    }

    private void copyHeaders(HttpHeaders headers, String contentType) {
        if (contentType != null) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        }
        headers.set(HttpHeaderNames.DATE, HttpDate.now());
        responseHeaders.forEach(headers::set);
    }

    /** The body in compressed form; null if the client does not want that. */
    private byte[] compressed(Body body) {
        if (!acceptsGzip()) {
            return null;
        }
        addResponseHeader("Content-Encoding", "gzip");
        addResponseHeader("Vary", "Accept-Encoding");
        return Gzip.of(body);
    }

    private boolean acceptsGzip() {
        String accepted = header("Accept-Encoding");
        return accepted != null && accepted.contains("gzip");
    }

    void writabilityChanged() {
        Outgoing open;
        synchronized (lock) {
            open = outgoing;
        }
        if (open != null) {
            open.writabilityChanged();
        }
    }

    void disconnected() {
        List<Runnable> callbacks;
        Outgoing open;
        synchronized (lock) {
            if (disconnected) {
                return;
            }
            disconnected = true;
            callbacks = List.copyOf(disconnectCallbacks);
            disconnectCallbacks.clear();
            open = outgoing;
        }
        if (open != null) {
            open.disconnected();
        }
        callbacks.forEach(Runnable::run);
        complete();
    }

    /** The handler is done; an answer it forgot is a fault of ours. */
    void handlerReturned() {
        boolean forgotten;
        synchronized (lock) {
            forgotten = !answered && !detached;
        }
        if (forgotten) {
            respond(
                    500,
                    "text/plain; charset=utf-8",
                    "internal error: no answer".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }
}
