package io.k8j.apiserver.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The body of an answer that goes on. {@link #offer} never blocks and is for watches: many small pieces from other
 * threads are gathered into one socket write. {@link #write} blocks while the client reads slowly and is for logs and
 * proxied bodies.
 */
public final class ResponseStream {
    private final ChannelHandlerContext context;
    private final boolean closeConnection;
    private final Runnable finished;
    private final Framing framing;
    private final Object lock = new Object();

    // guarded by lock
    private final Deque<byte[]> queue = new ArrayDeque<>();
    private long queuedBytes;
    private boolean scheduled;
    private boolean ended;
    private boolean gone;

    /** How pieces look on the wire. */
    enum Framing {
        /** As one flow of bytes in the body of an HTTP answer. */
        BODY,
        /** Each piece as a WebSocket message of text. */
        TEXT_MESSAGES,
        /** Each piece as a WebSocket message of bytes. */
        BINARY_MESSAGES
    }

    ResponseStream(ChannelHandlerContext context, boolean closeConnection, Runnable finished) {
        this(context, closeConnection, finished, Framing.BODY);
    }

    ResponseStream(ChannelHandlerContext context, boolean closeConnection, Runnable finished, Framing framing) {
        this.framing = framing;
        this.context = context;
        this.closeConnection = closeConnection;
        this.finished = finished;
    }

    /**
     * Queues a piece; never blocks.
     *
     * @return bytes that wait to be sent, this piece included; -1 if the stream is over
     */
    public long offer(byte[] piece) {
        synchronized (lock) {
            if (ended || gone) {
                return -1;
            }
            queue.add(piece);
            queuedBytes += piece.length;
            schedule();
            return queuedBytes;
        }
    }

    /**
     * Sends a piece; blocks while much is waiting already.
     *
     * @return false if the client is gone or the stream is over
     */
    public boolean write(byte[] piece) throws InterruptedException {
        synchronized (lock) {
            while (queuedBytes > 256 * 1024 && !ended && !gone) {
                lock.wait();
            }
        }
        return offer(piece) >= 0;
    }

    /** Ends the answer after what is queued; may be called twice. */
    public void end() {
        synchronized (lock) {
            if (ended || gone) {
                return;
            }
            ended = true;
            schedule();
        }
    }

    /** Cuts the connection, so that the client sees that the answer is incomplete. */
    public void abort() {
        synchronized (lock) {
            gone = true;
            queue.clear();
            lock.notifyAll();
        }
        context.close();
    }

    public boolean isOver() {
        synchronized (lock) {
            return ended || gone;
        }
    }

    // caller holds the lock
    private void schedule() {
        if (!scheduled) {
            scheduled = true;
            context.executor().execute(this::drain);
        }
    }

    /** Runs on the event loop: everything that is queued goes out with one flush. */
    private void drain() {
        boolean last;
        List<byte[]> batch;
        synchronized (lock) {
            if (gone) {
                return;
            }
            if (!context.channel().isWritable() && !ended) {
                scheduled = false; // writabilityChanged goes on
                return;
            }
            batch = List.copyOf(queue);
            queue.clear();
            queuedBytes = 0;
            scheduled = false;
            last = ended;
            lock.notifyAll();
        }
        send(batch);
        if (last) {
            ChannelFuture written = context.writeAndFlush(
                    framing == Framing.BODY
                            ? LastHttpContent.EMPTY_LAST_CONTENT
                            : new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
            if (closeConnection) {
                written.addListener(ChannelFutureListener.CLOSE);
            }
            finished.run();
        } else {
            context.flush();
        }
    }

    private void send(List<byte[]> batch) {
        if (framing == Framing.BODY) {
            if (!batch.isEmpty()) {
                ByteBuf bytes = Unpooled.wrappedBuffer(batch.size(), batch.toArray(new byte[0][]));
                context.write(new DefaultHttpContent(bytes));
            }
            return;
        }
        for (byte[] piece : batch) {
            ByteBuf bytes = Unpooled.wrappedBuffer(piece);
            context.write(
                    framing == Framing.TEXT_MESSAGES ? new TextWebSocketFrame(bytes) : new BinaryWebSocketFrame(bytes));
        }
    }

    void writabilityChanged() {
        synchronized (lock) {
            if (!queue.isEmpty() && context.channel().isWritable()) {
                schedule();
            }
        }
    }

    void disconnected() {
        synchronized (lock) {
            gone = true;
            queue.clear();
            lock.notifyAll();
        }
    }
}
