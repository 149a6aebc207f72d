package io.k8j.apiserver.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.base64.Base64;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyGoAwayFrame;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyStreamFrame;
import io.netty.handler.codec.spdy.SpdySynReplyFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins a WebSocket whose messages begin with a channel number to SPDY streams of a backend. Both connections live on
 * one event loop, which owns all state here.
 */
abstract class ChannelTranslator {
    private static final Logger LOG = LoggerFactory.getLogger(ChannelTranslator.class);

    private final Channel client;
    private final Channel backend;
    private final boolean base64;
    private final Map<Integer, Integer> streamByChannel = new HashMap<>();
    private final Map<Integer, Integer> channelByStream = new HashMap<>();
    private int openForReading;
    private boolean closing;
    final SpdyStreams streams;

    ChannelTranslator(Channel client, Channel backend, boolean base64) {
        this.client = client;
        this.backend = backend;
        this.base64 = base64;
        this.streams = new SpdyStreams(backend);
    }

    /** Opens the streams of this protocol; called once when both ends are ready. */
    abstract void start();

    /** The client sent a message on a channel that has no stream, or a signal; unknown ones are ignored. */
    void onSignal(int channelNumber, ByteBuf data) {}

    /** Joins a channel to a new stream; if {@code answers}, the whole ends when all such streams have ended. */
    final void join(int channelNumber, Map<String, String> headers, boolean answers) {
        int id = streams.open(headers);
        streamByChannel.put(channelNumber, id);
        channelByStream.put(id, channelNumber);
        if (answers) {
            openForReading++;
        }
    }

    /** The client will send no more on the channel. */
    final void finishChannel(int channelNumber) {
        Integer id = streamByChannel.get(channelNumber);
        if (id != null) {
            streams.finish(id);
        }
    }

    /** Whether the end of this channel's stream counts towards the end of the whole. */
    boolean answers(int channelNumber) {
        return true;
    }

    final void toClient(int channelNumber, ByteBuf data) {
        if (closing) {
            data.release();
            return;
        }
        if (base64) {
            ByteBuf encoded = Base64.encode(data, false);
            data.release();
            client.writeAndFlush(new TextWebSocketFrame(Unpooled.wrappedBuffer(
                    Unpooled.wrappedBuffer(new byte[] {(byte) ('0' + channelNumber)}), encoded)));
        } else {
            client.writeAndFlush(new BinaryWebSocketFrame(
                    Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(new byte[] {(byte) channelNumber}), data)));
        }
        if (!client.isWritable()) {
            backend.config().setAutoRead(false);
        }
    }

    private void end() {
        if (!closing) {
            closing = true;
            client.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
                    .addListener(done -> client.close());
            backend.close();
        }
    }

    /** Handler of the client's connection. */
    final ChannelInboundHandlerAdapter clientSide() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                switch (message) {
                    case PingWebSocketFrame ping -> context.writeAndFlush(new PongWebSocketFrame(ping.content()));
                    case CloseWebSocketFrame close -> {
                        close.release();
                        end();
                    }
                    case WebSocketFrame frame -> {
                        ByteBuf data = frame.content();
                        if (data.isReadable()) {
                            fromClient(data);
                        }
                        frame.release();
                    }
                    default -> ReferenceCountUtil.release(message);
                }
            }

            @Override
            public void channelWritabilityChanged(ChannelHandlerContext context) {
                backend.config().setAutoRead(client.isWritable());
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                closing = true;
                backend.close();
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                LOG.atDebug().addKeyValue("cause", cause.toString()).log("stream client failed");
                context.close();
            }
        };
    }

    private void fromClient(ByteBuf message) {
        int channelNumber = message.readUnsignedByte();
        ByteBuf data;
        if (base64) {
            channelNumber -= '0';
            data = Base64.decode(message);
        } else {
            data = message.readRetainedSlice(message.readableBytes());
        }
        Integer id = streamByChannel.get(channelNumber);
        if (id == null) {
            onSignal(channelNumber, data);
            data.release();
            return;
        }
        streams.send(id, data);
        if (!backend.isWritable()) {
            client.config().setAutoRead(false);
        }
    }

    /** Handler of the backend's connection, behind the SPDY codec. */
    final ChannelInboundHandlerAdapter backendSide() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                switch (message) {
                    case SpdyDataFrame data -> {
                        fromBackend(data.streamId(), data.content());
                        ended(data);
                    }
                    case SpdySynReplyFrame reply -> ended(reply);
                    case SpdyRstStreamFrame reset -> streamEnded(reset.streamId());
                    case SpdyPingFrame ping -> context.writeAndFlush(ping);
                    case SpdyGoAwayFrame away -> end();
                    default -> ReferenceCountUtil.release(message);
                }
            }

            @Override
            public void channelWritabilityChanged(ChannelHandlerContext context) {
                client.config().setAutoRead(backend.isWritable());
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                end();
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                LOG.atDebug().addKeyValue("cause", cause.toString()).log("stream backend failed");
                context.close();
            }
        };
    }

    private void fromBackend(int streamId, ByteBuf data) {
        Integer channelNumber = channelByStream.get(streamId);
        if (channelNumber == null || !data.isReadable()) {
            data.release();
        } else {
            toClient(channelNumber, data);
        }
    }

    private void ended(SpdyStreamFrame frame) {
        if (frame.isLast()) {
            streamEnded(frame.streamId());
        }
    }

    private void streamEnded(int streamId) {
        Integer channelNumber = channelByStream.remove(streamId);
        if (channelNumber != null && answers(channelNumber)) {
            openForReading--;
            if (openForReading == 0) {
                end();
            }
        }
    }
}
