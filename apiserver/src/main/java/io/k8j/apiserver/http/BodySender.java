package io.k8j.apiserver.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.TimeUnit;

/**
 * Sends a large answer in pieces, each made when the connection takes it, so that a list of any size needs one piece of
 * memory for each client. Runs on the event loop.
 */
final class BodySender implements Outgoing {
    private static final int PIECE_BYTES = 128 * 1024; // eight TLS records, one system call

    private final ChannelHandlerContext context;
    private final Body body;
    private final boolean closeConnection;
    private final Runnable finished;
    private final long stallNanos;
    private long pieces;
    private boolean sending;
    private boolean over;

    /**
     * @param stallNanos a client that takes nothing for that long is cut off
     * @param finished runs when the last piece was handed over
     */
    BodySender(ChannelHandlerContext context, Body body, boolean closeConnection, long stallNanos, Runnable finished) {
        this.context = context;
        this.body = body;
        this.closeConnection = closeConnection;
        this.stallNanos = stallNanos;
        this.finished = finished;
    }

    /** Sends the head and begins with the body. */
    void begin(HttpResponse head) {
        context.executor().execute(() -> {
            context.write(head);
            send();
        });
    }

    private void send() {
        if (sending) {
            return; // a flush below has made room; the loop goes on by itself
        }
        sending = true;
        while (!over && context.channel().isWritable()) {
            ByteBuf piece = context.alloc().directBuffer(PIECE_BYTES, PIECE_BYTES);
            over = !body.fill(piece);
            pieces++;
            context.write(new DefaultHttpContent(piece));
            if (over) {
                finish();
            } else {
                context.flush();
            }
        }
        sending = false;
        if (!over) watchForStall();
    }

    /** The client takes nothing more for now; if that lasts, it holds memory of ours for nothing. */
    private void watchForStall() {
        long before = pieces;
        context.executor()
                .schedule(
                        () -> {
                            if (!over && pieces == before) {
                                over = true;
                                context.close();
                            }
                        },
                        stallNanos,
                        TimeUnit.NANOSECONDS);
    }

    private void finish() {
        ChannelFuture written = context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        if (closeConnection) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
        finished.run();
    }

    @Override
    public void writabilityChanged() {
        send();
    }

    @Override
    public void disconnected() {
        over = true;
    }
}
