package io.k8j.apiserver.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.util.ReferenceCountUtil;

/**
 * The client's side of a watch or log over a WebSocket: it is answered politely, and what it says beyond that is dropped.
 */
final class WatchSocket extends ChannelInboundHandlerAdapter {
    private static final int LARGEST_MESSAGE = 64 * 1024;

    /**
     * Shakes hands; runs on the connection's event loop.
     *
     * @param protocol the subprotocol that is agreed on; empty if none
     */
    static void open(ChannelHandlerContext context, HttpRequest request, String protocol) {
        Channel channel = context.channel();
        FullHttpRequest whole =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, request.uri(), Unpooled.EMPTY_BUFFER);
        whole.headers().set(request.headers());
        WebSocketServerHandshaker handshaker = new WebSocketServerHandshakerFactory(
                        request.uri(), protocol.isEmpty() ? null : protocol, false, LARGEST_MESSAGE)
                .newHandshaker(whole);
        if (handshaker == null) {
            WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(channel);
            return;
        }
        channel.pipeline().addBefore(ConnectionSetup.REQUESTS, "watch", new WatchSocket());
        handshaker.handshake(channel, whole);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        switch (message) {
            case PingWebSocketFrame ping -> context.writeAndFlush(new PongWebSocketFrame(ping.content()));
            case CloseWebSocketFrame close -> context.writeAndFlush(close).addListener(done -> context.close());
            default -> ReferenceCountUtil.release(message);
        }
    }
}
