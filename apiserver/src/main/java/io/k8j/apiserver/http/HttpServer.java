package io.k8j.apiserver.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Serves HTTP/1.1 and HTTP/2 over TLS on one port. Event loops only frame and parse; each request then runs on a virtual
 * thread of its own, from top to bottom.
 */
public final class HttpServer implements AutoCloseable {
    private static final int BACKLOG = 1024;

    /** A piece of a large answer waits while the one before it is being sent. */
    private static final WriteBufferWaterMark WAITING_BYTES = new WriteBufferWaterMark(64 * 1024, 192 * 1024);

    private final Channel listening;
    private final ChannelGroup connections;
    private final RequestSettings settings;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final LongAdder handshakeErrors;

    private HttpServer(
            Channel listening, ChannelGroup connections, RequestSettings settings, LongAdder handshakeErrors) {
        this.handshakeErrors = handshakeErrors;
        this.listening = listening;
        this.connections = connections;
        this.settings = settings;
    }

    /**
     * Binds and begins to serve.
     *
     * @param tls asked for each new connection, so that a renewed certificate is used at once; null for plain HTTP
     * @throws IOException if the address cannot be bound
     */
    public static HttpServer start(
            InetSocketAddress address, Supplier<SslContext> tls, RequestSettings settings, ExchangeHandler handler)
            throws IOException {
        Class<? extends ServerChannel> type =
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        EventLoopGroup loops = EventLoops.acquire();
        // Once it is closed it also closes what was accepted just before and comes late.
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
        LongAdder handshakeErrors = new LongAdder();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WAITING_BYTES)
                .childHandler(new ConnectionSetup(tls, settings, handler, connections, handshakeErrors));
        try {
            Channel listening = bootstrap.bind(address).sync().channel();
            return new HttpServer(listening, connections, settings, handshakeErrors);
        } catch (InterruptedException e) {
            EventLoops.release();
            Thread.currentThread().interrupt();
            throw new IOException("bind " + address + ": interrupted", e);
        } catch (Exception e) {
            EventLoops.release();
            throw new IOException("bind " + address + ": " + e.getMessage(), e);
        }
    }

    /** The port that was bound, which matters when port 0 was asked for. */
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** How many connections ended before the two sides had agreed on a key. */
    public long handshakeErrors() {
        return handshakeErrors.sum();
    }

    public RequestSettings settings() {
        return settings;
    }

    /** Takes no more connections; those that are there go on. */
    public void stopListening() {
        listening.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    /** Stops listening, then ends all connections. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        listening.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
        connections.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
        EventLoops.release();
    }
}
