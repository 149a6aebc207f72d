package io.k8j.apiserver.http;

import io.netty.buffer.Unpooled;
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
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** The answer to one request on its way out: as a whole, in pieces, or as a stream. The first one that is begun counts. */
final class Reply {
    /** Answers from this size on are compressed for clients that accept it, as upstream does. */
    static final int GZIP_FROM_BYTES = 128 * 1024;

    private static final int SMALL_BYTES = 64 * 1024;

    private final ChannelHandlerContext context;
    private final HttpRequest request;
    private final boolean http2;
    private final long stallNanos;
    private final ExchangeState state;
    private final Runnable finished;
    private final List<String> headers = new ArrayList<>(16); // name, value, name, value, …
    private boolean endsConnection;
    private IntConsumer onHead = code -> {};
    private int status;
    private long bytes;

    /**
     * @param endsConnection whether the connection ends with this answer, if it is one of HTTP/1.1
     * @param finished runs when all is handed over
     */
    Reply(
            ChannelHandlerContext context,
            HttpRequest request,
            boolean http2,
            boolean endsConnection,
            long stallNanos,
            ExchangeState state,
            Runnable finished) {
        this.context = context;
        this.request = request;
        this.http2 = http2;
        this.endsConnection = endsConnection;
        this.stallNanos = stallNanos;
        this.state = state;
        this.finished = finished;
    }

    /** Status of the answer; 0 before there is one. */
    int status() {
        return status;
    }

    /** Bytes of an answer that was sent as a whole, before compression. */
    long bytes() {
        return bytes;
    }

    /** Calls back with the status right before the answer begins; in place of what was asked for before. */
    void onHead(IntConsumer callback) {
        onHead = callback;
    }

    void endConnection() {
        endsConnection = true;
    }

    void addHeader(String name, String value) {
        headers.add(name);
        headers.add(value);
    }

    void setHeader(String name, String value) {
        for (int i = headers.size() - 2; i >= 0; i -= 2) {
            if (headers.get(i).equals(name)) headers.subList(i, i + 2).clear();
        }
        addHeader(name, value);
    }

    void send(int code, String contentType, byte[] content) {
        bytes = content.length;
        if (content.length >= SMALL_BYTES) {
            send(code, contentType, new ArrayBody(content));
        } else if (state.answer()) {
            begin(code);
            sendAtOnce(code, contentType, content);
        }
    }

    /** Sends an answer that may be large, piece by piece as the client reads it. */
    void send(int code, String contentType, Body body) {
        bytes = body.length();
        if (!state.answer()) return;
        begin(code);
        byte[] gzipped = body.length() < GZIP_FROM_BYTES ? null : compressed(body);
        if (gzipped != null) {
            sendAtOnce(code, contentType, gzipped);
        } else if (body.length() < SMALL_BYTES || isHead()) {
            sendAtOnce(code, contentType, ArrayBody.bytes(body));
        } else {
            HttpResponse head = head(code, contentType);
            head.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length());
            BodySender sender = new BodySender(context, body, closes(head), stallNanos, finished);
            state.follow(sender);
            sender.begin(head);
        }
    }

    private void sendAtOnce(int code, String contentType, byte[] content) {
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(code),
                isHead() ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(content));
        copyHeaders(response.headers(), contentType);
        if (code != 204) response.headers().set(HttpHeaderNames.CONTENT_LENGTH, content.length);
        boolean close = closes(response);
        ChannelFuture written = context.writeAndFlush(response);
        if (close) written.addListener(ChannelFutureListener.CLOSE);
        finished.run();
    }

    private boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }

    /** Whether the connection ends with this answer, which then says so. */
    private boolean closes(HttpResponse response) {
        boolean close = !http2 && (endsConnection || !HttpUtil.isKeepAlive(request));
        if (close) response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return close;
    }

    /** Begins an answer of unknown length. */
    ResponseStream stream(int code, String contentType) {
        claim();
        begin(code);
        HttpResponse response = head(code, contentType);
        if (!http2) HttpUtil.setTransferEncodingChunked(response, true);
        ResponseStream opened = new ResponseStream(context, !http2 && !HttpUtil.isKeepAlive(request), finished);
        state.follow(opened);
        context.writeAndFlush(response);
        return opened;
    }

    /** Begins to send messages over what is about to become a WebSocket. */
    ResponseStream webSocket(boolean text) {
        claim();
        ResponseStream opened = new ResponseStream(
                context,
                true,
                () -> {},
                text ? ResponseStream.Framing.TEXT_MESSAGES : ResponseStream.Framing.BINARY_MESSAGES);
        state.follow(opened);
        return opened;
    }

    private void claim() {
        if (!state.answer()) throw new IllegalStateException("the request is answered already");
    }

    /** Notes the status of an answer that begins. */
    void begin(int code) {
        status = code;
        onHead.accept(code);
    }

    private HttpResponse head(int code, String contentType) {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code));
        copyHeaders(head.headers(), contentType);
        return head;
    }

    private void copyHeaders(HttpHeaders to, String contentType) {
        if (contentType != null) to.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        to.set(HttpHeaderNames.DATE, HttpDate.now());
        for (int i = 0; i < headers.size(); i += 2) to.add(headers.get(i), headers.get(i + 1));
    }

    /** The body in compressed form; null if the client does not want that. */
    private byte[] compressed(Body body) {
        String accepted = request.headers().get(HttpHeaderNames.ACCEPT_ENCODING);
        if (accepted == null || !accepted.contains("gzip")) return null;
        addHeader("Content-Encoding", "gzip");
        addHeader("Vary", "Accept-Encoding");
        return Gzip.of(body);
    }
}
