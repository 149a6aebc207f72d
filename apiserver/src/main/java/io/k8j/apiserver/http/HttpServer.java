package io.k8j.apiserver.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Serves HTTP/1.1 and HTTP/2 over TLS on one port. Event loops only frame and parse; each request then runs on a virtual
 * thread of its own, from top to bottom.
 */
public final class HttpServer implements AutoCloseable {
    private static final int BACKLOG = 1024;

    private final EventLoopGroup loops;
    private final Channel listening;
    private final ChannelGroup connections;
    private final RequestSettings settings;

    private HttpServer(EventLoopGroup loops, Channel listening, ChannelGroup connections, RequestSettings settings) {
        this.loops = loops;
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
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        Class<? extends ServerChannel> type = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
                Math.max(1, Runtime.getRuntime().availableProcessors()),
                Thread.ofPlatform().daemon().name("http-", 0).factory(),
                io);
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new ConnectionSetup(tls, settings, handler, connections));
        try {
            Channel listening = bootstrap.bind(address).sync().channel();
            return new HttpServer(loops, listening, connections, settings);
        } catch (InterruptedException e) {
            loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            Thread.currentThread().interrupt();
            throw new IOException("bind " + address + ": interrupted", e);
        } catch (Exception e) {
            loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw new IOException("bind " + address + ": " + e.getMessage(), e);
        }
    }

    /** The port that was bound, which matters when port 0 was asked for. */
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    public RequestSettings settings() {
        return settings;
    }

    /** Stops listening, then ends all connections. */
    @Override
    public void close() {
        listening.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
        connections.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
