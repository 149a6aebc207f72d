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
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The body of an answer that goes on. {@link #offer} never blocks and is for watches: many small pieces from other
 * threads are gathered into one socket write. {@link #write} blocks while the client reads slowly and is for logs and
 * proxied bodies.
 *
 * <p>A stream that is seldom written to sends at once. One that is written to all the time sends in rounds with all
 * other such streams of its event loop ({@link SendRounds}), which costs a part of the system calls and TLS records.
 */
public final class ResponseStream implements Outgoing {
    private static final int BATCH_BYTES = 128 * 1024;
    private static final int IN_A_ROW = 4;
    private static final long PAUSE_NANOS = 100_000_000;

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

    // The event loop's.
    private long lastSent;
    private int sentInARow;

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
     * @param parts of the piece, in order; must not be changed any more
     * @return bytes that wait to be sent, this piece included; -1 if the stream is over
     */
    public long offer(byte[]... parts) {
        byte[][] queued = framing == Framing.BODY || parts.length == 1 ? parts : new byte[][] {joined(parts)};
        synchronized (lock) {
            if (ended || gone) {
                return -1;
            }
            for (byte[] part : queued) {
                queue.add(part);
                queuedBytes += part.length;
            }
            schedule();
            return queuedBytes;
        }
    }

    private static byte[] joined(byte[][] parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
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

    /** Runs on the event loop: now, or with the next round if this stream has sent a moment ago. */
    private void drain() {
        long since = System.nanoTime() - lastSent;
        if (since > PAUSE_NANOS) {
            sentInARow = 0;
        }
        if (sentInARow >= IN_A_ROW && since < SendRounds.EVERY_NANOS && !isUrgent()) {
            SendRounds.of(context.executor()).add(this);
            return;
        }
        sentInARow++;
        sendNow();
    }

    private boolean isUrgent() {
        synchronized (lock) {
            return ended || gone || queuedBytes >= BATCH_BYTES / 2;
        }
    }

    /** Runs on the event loop: everything that is queued goes out, as far as the connection takes it. */
    void sendNow() {
        lastSent = System.nanoTime();
        List<byte[]> batch = new ArrayList<>();
        while (true) {
            boolean last;
            synchronized (lock) {
                boolean blocked = !context.channel().isWritable() && !ended;
                if (gone || blocked || queue.isEmpty() && !ended) {
                    scheduled = false; // writabilityChanged or the next piece goes on
                    return;
                }
                take(batch);
                last = ended && queue.isEmpty();
                lock.notifyAll();
            }
            send(batch);
            batch.clear();
            if (last) {
                finish();
                return;
            }
            context.flush();
        }
    }

    // caller holds the lock
    private void take(List<byte[]> batch) {
        int bytes = 0;
        while (!queue.isEmpty() && bytes < BATCH_BYTES) {
            byte[] piece = queue.remove();
            batch.add(piece);
            bytes += piece.length;
        }
        queuedBytes -= bytes;
    }

    private void finish() {
        ChannelFuture written = context.writeAndFlush(
                framing == Framing.BODY
                        ? LastHttpContent.EMPTY_LAST_CONTENT
                        : new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
        if (closeConnection) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
        finished.run();
    }

    private void send(List<byte[]> batch) {
        if (framing == Framing.BODY) {
            int size = 0;
            for (byte[] piece : batch) {
                size += piece.length;
            }
            if (size > 0) {
                // TLS reads from memory outside the heap, so the one copy is made here.
                ByteBuf bytes = context.alloc().directBuffer(size);
                for (byte[] piece : batch) {
                    bytes.writeBytes(piece);
                }
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

    @Override
    public void writabilityChanged() {
        synchronized (lock) {
            if (!queue.isEmpty() && context.channel().isWritable()) {
                schedule();
            }
        }
    }

    @Override
    public void disconnected() {
        synchronized (lock) {
            gone = true;
            queue.clear();
            lock.notifyAll();
        }
    }
}
