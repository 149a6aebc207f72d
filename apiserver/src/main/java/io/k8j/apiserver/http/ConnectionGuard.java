package io.k8j.apiserver.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection that does nothing for too long, sends its request's head too slowly, or does not take the answers it
 * asked for. One task for each connection looks now and then; requests only note the time. Belongs to the event loop.
 */
final class ConnectionGuard extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionGuard.class);

    private final RequestSettings settings;
    private final long created = System.nanoTime();
    private Future<?> task;
    private boolean framed; // HTTP/2, whose own frames come between requests
    private boolean served;
    private int open;
    private long idleSince = created;
    private long headSince; // 0 while no part of a head has come
    private long stalledSince; // 0 while the client takes its answers

    ConnectionGuard(RequestSettings settings) {
        this.settings = settings;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        long period = Math.max(
                20,
                Math.min(
                                Math.min(
                                        settings.headerTimeout().toMillis(),
                                        settings.idleTimeout().toMillis()),
                                settings.stallTimeout().toMillis())
                        / 4);
        task = context.executor().scheduleWithFixedDelay(() -> look(context), period, period, TimeUnit.MILLISECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        task.cancel(false);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        task.cancel(false);
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (open == 0 && headSince == 0) headSince = System.nanoTime();
        context.fireChannelRead(message);
    }

    /** The connection speaks HTTP/2. */
    void framed() {
        framed = true;
    }

    /** A request's head has come. */
    void begun() {
        open++;
        served = true;
        headSince = 0;
    }

    /** A request's answer is handed over, or its client is gone. */
    void ended() {
        open--;
        if (open == 0) {
            idleSince = System.nanoTime();
            headSince = 0;
        }
    }

    /** The next request waits until the client has taken earlier answers. */
    void stalled(boolean now) {
        if (now && stalledSince == 0) stalledSince = System.nanoTime();
        if (!now) stalledSince = 0;
    }

    private void look(ChannelHandlerContext context) {
        long now = System.nanoTime();
        String why = null;
        if (stalledSince != 0 && isOver(now, stalledSince, settings.stallTimeout())) {
            why = "answers are not taken";
        } else if (open == 0 && isOver(now, idleSince, settings.idleTimeout())) {
            why = "idle";
        } else if (open == 0 && !framed && isLate(now)) {
            why = "request head is too slow";
        }
        if (why == null) return;
        LOG.atDebug()
                .addKeyValue("remote", context.channel().remoteAddress())
                .addKeyValue("cause", why)
                .log("connection closed");
        context.close();
    }

    private boolean isLate(long now) {
        long since = headSince != 0 ? headSince : served ? 0 : created;
        return since != 0 && isOver(now, since, settings.headerTimeout());
    }

    private static boolean isOver(long now, long since, Duration limit) {
        return now - since > limit.toNanos();
    }
}
