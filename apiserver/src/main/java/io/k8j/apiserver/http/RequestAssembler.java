package io.k8j.apiserver.http;

import io.k8j.model.json.Json;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts one request after the other together on the event loop and starts a virtual thread for each. HTTP/1.1 requests
 * that were sent ahead wait their turn; an HTTP/2 stream carries only one.
 */
final class RequestAssembler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(RequestAssembler.class);
    private static final int MAX_WAITING = 16;
    private static final byte[] NO_BODY = {};

    private final RequestSettings settings;
    private final ExchangeHandler handler;
    private final SslHandler ssl;
    private final boolean http2;
    private final ConnectionGuard guard;
    private final Deque<Exchange> waiting = new ArrayDeque<>();

    // All of it belongs to the event loop.
    private HttpRequest head;
    private byte[] body; // with room for more
    private int bodyBytes;
    private boolean tooLarge;
    private Exchange running;
    private Future<?> bodyTimer; // null unless a body is late

    RequestAssembler(
            RequestSettings settings, ExchangeHandler handler, SslHandler ssl, boolean http2, ConnectionGuard guard) {
        this.settings = settings;
        this.handler = handler;
        this.ssl = ssl;
        this.http2 = http2;
        this.guard = guard;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof HttpRequest) && !(message instanceof HttpContent)) {
            context.fireChannelRead(message);
            return;
        }
        try {
            if (message instanceof HttpRequest request) {
                begin(context, request);
            }
            if (message instanceof HttpContent content && head != null) {
                append(content.content());
                if (content instanceof LastHttpContent) {
                    complete(context);
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext context, HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            LOG.atDebug()
                    .addKeyValue("cause", String.valueOf(request.decoderResult().cause()))
                    .log("malformed request");
            refuse(context, status(request.decoderResult().cause()));
            return;
        }
        guard.begun();
        head = request;
        body = null;
        tooLarge = HttpUtil.getContentLength(request, 0L) > settings.maxBodyBytes();
        if (HttpUtil.is100ContinueExpected(request)) {
            context.writeAndFlush(new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
        }
    }

    private void append(ByteBuf content) {
        int length = content.readableBytes();
        if (length == 0 || tooLarge) {
            return;
        }
        if (body != null && bodyBytes + length > settings.maxBodyBytes() || length > settings.maxBodyBytes()) {
            tooLarge = true;
            body = null;
            return;
        }
        if (body == null) {
            long announced = Math.min(HttpUtil.getContentLength(head, 0L), settings.maxBodyBytes());
            body = new byte[Math.max(length, (int) announced)];
            bodyBytes = 0;
        } else if (bodyBytes + length > body.length) {
            body = Arrays.copyOf(body, Math.max(bodyBytes + length, body.length * 2));
        }
        content.readBytes(body, bodyBytes, length);
        bodyBytes += length;
    }

    private void complete(ChannelHandlerContext context) {
        byte[] bytes = body == null ? NO_BODY : bodyBytes == body.length ? body : Arrays.copyOf(body, bodyBytes);
        Exchange exchange = new Exchange(
                context,
                head,
                bytes,
                tooLarge,
                ssl,
                http2,
                settings.stallTimeout().toNanos(),
                () -> context.executor().execute(() -> next(context)));
        head = null;
        body = null;
        if (bodyTimer != null) {
            bodyTimer.cancel(false);
            bodyTimer = null;
        }
        boolean takesAnswers = http2 || context.channel().isWritable();
        if (running != null || !takesAnswers) {
            if (waiting.size() >= MAX_WAITING) {
                context.close();
                return;
            }
            waiting.add(exchange);
            if (running == null) guard.stalled(true);
            return;
        }
        run(exchange);
    }

    /** A body that did not come with its head has some time to follow. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (head != null && bodyTimer == null) {
            bodyTimer = context.executor()
                    .schedule(() -> bodyIsLate(context), settings.bodyTimeout().toMillis(), TimeUnit.MILLISECONDS);
        }
        context.fireChannelReadComplete();
    }

    private void bodyIsLate(ChannelHandlerContext context) {
        if (head == null) {
            return;
        }
        head = null;
        body = null;
        byte[] status = Json.write(Exchange.timeout().toStatus());
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.GATEWAY_TIMEOUT, Unpooled.wrappedBuffer(status));
        response.headers()
                .set(HttpHeaderNames.CONTENT_LENGTH, status.length)
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        if (!http2) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        guard.ended();
        context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    private static HttpResponseStatus status(Throwable malformed) {
        return malformed instanceof TooLongHttpHeaderException || malformed instanceof TooLongHttpLineException
                ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                : HttpResponseStatus.BAD_REQUEST;
    }

    private void next(ChannelHandlerContext context) {
        if (running != null) {
            running = null;
            guard.ended();
        }
        if (!http2 && !context.channel().isWritable()) {
            if (!waiting.isEmpty()) guard.stalled(true);
            return; // goes on when the client has taken what it got
        }
        guard.stalled(false);
        Exchange exchange = waiting.poll();
        if (exchange != null && context.channel().isActive()) {
            run(exchange);
        }
    }

    private void run(Exchange exchange) {
        running = exchange;
        Thread.ofVirtual().name("request").start(() -> {
            try {
                handler.handle(exchange);
            } finally {
                exchange.handlerReturned();
            }
        });
    }

    private static void refuse(ChannelHandlerContext context, HttpResponseStatus status) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                status,
                Unpooled.copiedBuffer(
                        status.code() + " " + status.reasonPhrase(), java.nio.charset.StandardCharsets.US_ASCII));
        response.headers()
                .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (running != null) {
            running.writabilityChanged();
        } else if (!waiting.isEmpty() && context.channel().isWritable()) {
            next(context);
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (running != null) {
            running.disconnected();
            running = null;
            guard.ended();
        } else if (head != null) {
            guard.ended();
        }
        if (bodyTimer != null) {
            bodyTimer.cancel(false);
        }
        head = null;
        waiting.forEach(exchange -> guard.ended());
        waiting.clear();
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.atDebug().addKeyValue("cause", cause.toString()).log("connection failed");
        context.close();
    }
}
