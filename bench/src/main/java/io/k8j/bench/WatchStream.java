package io.k8j.bench;

import io.k8j.server.UserException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One running watch, whose lines are counted or handed on. */
public final class WatchStream extends SimpleChannelInboundHandler<HttpObject> implements AutoCloseable {
    /** Hears of events on the event loop. */
    interface Listener {
        /** Whether {@link #line} wants the events' texts. */
        default boolean wantsLines() {
            return true;
        }

        default void line(byte[] json) {}

        /** That many further events have arrived. */
        default void events(int count) {}
    }

    private final LoadGenerator generator;
    private final LoadGenerator.Call call;
    private final Listener listener;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private volatile ChannelHandlerContext context;

    WatchStream(LoadGenerator generator, LoadGenerator.Call call, Listener listener) {
        this.generator = generator;
        this.call = call;
        this.listener = listener;
    }

    /** Waits until the server has accepted the watch. */
    public WatchStream awaitOpen() throws InterruptedException {
        try {
            opened.get(30, TimeUnit.SECONDS);
            return this;
        } catch (ExecutionException | TimeoutException e) {
            throw new UserException("watch %s was not accepted: %s".formatted(call.path(), e.getMessage()), e);
        }
    }

    void fail(Throwable cause) {
        opened.completeExceptionally(cause);
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        context = active;
        if (generator.target().tls() == null) {
            generator.write(active, call);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext from, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                generator.write(from, call);
            } else {
                fail(handshake.cause());
            }
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext from, HttpObject message) {
        if (message instanceof HttpResponse response) {
            if (response.status().code() == 200) {
                opened.complete(null);
            } else {
                fail(new IllegalStateException("answer " + response.status()));
            }
        }
        if (message instanceof HttpContent content) {
            if (listener.wantsLines()) {
                lines(content);
            } else {
                count(content);
            }
        }
    }

    private void count(HttpContent content) {
        int[] found = {0};
        content.content().forEachByte(b -> {
            if (b == '\n') {
                found[0]++;
            }
            return true;
        });
        if (found[0] > 0) {
            listener.events(found[0]);
        }
    }

    private void lines(HttpContent content) {
        ByteBuf bytes = content.content();
        int from = bytes.readerIndex();
        int end = from + bytes.readableBytes();
        for (int at; (at = bytes.indexOf(from, end, (byte) '\n')) >= 0; from = at + 1) {
            keep(bytes, from, at);
            listener.line(line.toByteArray());
            line.reset();
        }
        keep(bytes, from, end);
    }

    private void keep(ByteBuf bytes, int from, int end) {
        line.writeBytes(ByteBufUtil.getBytes(bytes, from, end - from));
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) {
        fail(new IllegalStateException("closed by the server"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
        fail(cause);
        from.close();
    }

    @Override
    public void close() {
        if (context != null) {
            context.close();
        }
    }
}
