package io.k8j.apiserver.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;

/** The two ends of a byte stream that a client sends inside binary WebSocket messages. */
final class WebSocketTunnel {
    private WebSocketTunnel() {}

    /** Client's side: unwraps messages. */
    static final class FromWebSocket extends Splice {
        FromWebSocket(Channel backend) {
            super(backend);
        }

        @Override
        Object translate(ChannelHandlerContext context, Object message) {
            return switch (message) {
                case BinaryWebSocketFrame frame -> frame.content();
                case ContinuationWebSocketFrame frame -> frame.content();
                case TextWebSocketFrame frame -> frame.content();
                case PingWebSocketFrame frame -> {
                    context.writeAndFlush(new PongWebSocketFrame(frame.content()));
                    yield null;
                }
                case CloseWebSocketFrame frame -> {
                    context.writeAndFlush(frame).addListener(done -> context.close());
                    yield null;
                }
                case WebSocketFrame frame -> {
                    ReferenceCountUtil.release(frame);
                    yield null;
                }
                default -> message;
            };
        }
    }

    /** Backend's side: wraps bytes. */
    static final class ToWebSocket extends Splice {
        ToWebSocket(Channel client) {
            super(client);
        }

        @Override
        Object translate(ChannelHandlerContext context, Object message) {
            return new BinaryWebSocketFrame((ByteBuf) message);
        }
    }
}
