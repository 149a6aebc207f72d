package io.k8j.apiserver.streaming;

import io.k8j.apiserver.http.Exchange;
import io.k8j.model.api.ApiException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One request to a backend, and its answer as it comes. The event loop brings pieces, the request's thread takes them; what
 * is far ahead of that thread is not read. Closed by the thread that takes, or when the client goes away.
 */
final class BackendAnswer implements AutoCloseable {
    private static final int PIECES_AHEAD = 16;
    private static final int LONGEST_TEXT = 4096;

    private final Channel channel;
    private final BlockingQueue<Piece> pieces;

    /** A part of an answer, in this order: one head, any number of bodies, one end. */
    sealed interface Piece {
        record Head(HttpResponse response) implements Piece {}

        record Body(byte[] bytes) implements Piece {}

        /** @param failure null if the answer is whole */
        record End(Throwable failure) implements Piece {}
    }

    private BackendAnswer(Channel channel, BlockingQueue<Piece> pieces) {
        this.channel = channel;
        this.pieces = pieces;
    }

    /** Connects; the connection ends when the client of {@code exchange} goes away. */
    static BackendAnswer dial(Exchange exchange, Backend backend) throws InterruptedException {
        BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
        ChannelFuture connected = BackendDial.dial(
                exchange.eventLoop(), backend, pipeline -> pipeline.addLast(new HttpClientCodec(), new Reader(pieces)));
        if (!connected.await(BackendDial.TIMEOUT_MILLIS + 1000L, TimeUnit.MILLISECONDS) || !connected.isSuccess()) {
            throw ApiException.unavailable("error trying to reach service: dial tcp %s: %s"
                    .formatted(backend.authority(), why(connected.cause())));
        }
        exchange.onDisconnect(connected.channel()::close);
        return new BackendAnswer(connected.channel(), pieces);
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

    /** Sends the request and waits for the answer's head. */
    HttpResponse to(FullHttpRequest request) throws InterruptedException {
        channel.writeAndFlush(request);
        if (pieces.take() instanceof Piece.Head(HttpResponse head)) return head;
        throw ApiException.unavailable(
                "error trying to reach service: the backend closed the connection without an answer");
    }

    /** Waits for the next piece behind the head. */
    Piece next() throws InterruptedException {
        Piece piece = pieces.take();
        if (pieces.size() < PIECES_AHEAD / 2 && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
        return piece;
    }

    /** The rest of the answer as text; its beginning, if it is long. */
    String text() throws InterruptedException {
        StringBuilder text = new StringBuilder();
        while (next() instanceof Piece.Body(byte[] bytes)) {
            if (text.length() < LONGEST_TEXT) {
                text.append(new String(bytes, StandardCharsets.UTF_8));
            }
        }
        return text.toString().strip();
    }

    @Override
    public void close() {
        channel.close();
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
                pieces.add(new Piece.End(new IOException("the backend closed the connection")));
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
