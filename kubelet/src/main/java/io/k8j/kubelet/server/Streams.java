package io.k8j.kubelet.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Passes an upgraded connection through to the runtime's streaming server: the request goes there with its headers, and
 * from then on bytes flow both ways untouched, whatever protocol the two ends have agreed on. Port forwarding ends here
 * instead, if the client speaks SPDY and the Pod's processes are on this machine.
 */
final class Streams {
    private final EventLoopGroup loop;

    Streams(EventLoopGroup loop) {
        this.loop = loop;
    }

    /** Connects {@code exchange}'s client with {@code target}. Returns at once. */
    void pass(Exchange exchange, URI target) {
        Channel client = exchange.channel();
        client.config().setAutoRead(false);
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 10_000)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new Relay(client));
                    }
                });
        bootstrap
                .connect(new InetSocketAddress(target.getHost(), target.getPort()))
                .addListener((ChannelFutureListener) connected -> {
                    if (!connected.isSuccess()) {
                        exchange.text(
                                500,
                                "connect to the runtime's streaming server: "
                                        + connected.cause().getMessage());
                        client.config().setAutoRead(true);
                        return;
                    }
                    join(exchange, client, connected.channel(), target);
                });
    }

    private static void join(Exchange exchange, Channel client, Channel runtime, URI target) {
        ByteBuf request = Unpooled.copiedBuffer(request(exchange, target), StandardCharsets.ISO_8859_1);
        runtime.writeAndFlush(request);
        client.eventLoop().execute(() -> {
            client.pipeline().addLast(new Relay(runtime));
            client.pipeline().remove("requests");
            client.pipeline().remove("http"); // hands on what it has read too much
            client.read();
            runtime.read();
        });
    }

    /** Joins {@code exchange}'s client with a Pod's ports. Returns at once. */
    void forward(Exchange exchange, PortForward forward) {
        Channel client = exchange.channel();
        var switched = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        switched.headers()
                .set("Connection", "Upgrade")
                .set("Upgrade", "SPDY/3.1")
                .set("X-Stream-Protocol-Version", "portforward.k8s.io");
        client.eventLoop().execute(() -> {
            client.writeAndFlush(switched);
            client.pipeline().addLast(new SpdyFrameCodec(SpdyVersion.SPDY_3_1), forward);
            client.pipeline().remove("requests");
            client.pipeline().remove("http"); // hands on what it has read too much
        });
    }

    private static String request(Exchange exchange, URI target) {
        String query = target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
        StringBuilder text = new StringBuilder(exchange.method() + " " + target.getRawPath() + query + " HTTP/1.1\r\n");
        text.append("Host: ").append(target.getAuthority()).append("\r\n");
        for (Map.Entry<String, String> header : exchange.headers()) {
            boolean own = header.getKey().equalsIgnoreCase("Host")
                    || header.getKey().equalsIgnoreCase("Authorization")
                    || header.getKey().equalsIgnoreCase("Content-Length")
                    || header.getKey().equalsIgnoreCase("Transfer-Encoding");
            if (!own)
                text.append(header.getKey())
                        .append(": ")
                        .append(header.getValue())
                        .append("\r\n");
        }
        return text.append("Content-Length: 0\r\n\r\n").toString();
    }

    /** Copies what one side sends to the other, no faster than that takes it. */
    private static final class Relay extends ChannelInboundHandlerAdapter {
        private final Channel other;

        Relay(Channel other) {
            this.other = other;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!(message instanceof ByteBuf)) return; // the end of the request that was upgraded
            other.writeAndFlush(message).addListener((ChannelFutureListener) written -> {
                if (written.isSuccess()) ctx.channel().read();
                else ctx.close();
            });
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
            if (event instanceof ChannelInputShutdownEvent) channelInactive(ctx);
            else super.userEventTriggered(ctx, event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
