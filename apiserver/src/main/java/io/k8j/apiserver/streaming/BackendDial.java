package io.k8j.apiserver.streaming;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.function.Consumer;

/** Dials a backend, with TLS if it wants it, on the event loop of the client's connection: both ends run on one thread. */
final class BackendDial {
    static final int TIMEOUT_MILLIS = 10_000;

    private BackendDial() {}

    /** @param handlers adds what comes behind TLS */
    static ChannelFuture dial(EventLoop loop, Backend backend, Consumer<ChannelPipeline> handlers) {
        Class<? extends SocketChannel> type =
                loop.parent() instanceof IoEventLoopGroup group && group.isIoType(EpollIoHandler.class)
                        ? EpollSocketChannel.class
                        : NioSocketChannel.class;
        return new Bootstrap()
                .group(loop)
                .channel(type)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, TIMEOUT_MILLIS)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (backend.tls() != null) {
                            channel.pipeline()
                                    .addLast(backend.tls()
                                            .newHandler(channel.alloc(), backend.tlsName(), backend.port()));
                        }
                        handlers.accept(channel.pipeline());
                    }
                })
                .connect(backend.host(), backend.port());
    }
}
