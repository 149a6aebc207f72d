package io.k8j.apiserver.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import java.util.Map;

/**
 * Opens and writes SPDY/3.1 streams on a client's connection. The peers of this protocol do no flow control, so neither
 * do we; TCP's is enough. Used on the connection's event loop only.
 */
final class SpdyStreams {
    private final Channel channel;
    private int nextId = 1;

    SpdyStreams(Channel channel) {
        this.channel = channel;
    }

    /** Opens a stream and gives its id. */
    int open(Map<String, String> headers) {
        int id = nextId;
        nextId += 2;
        SpdySynStreamFrame frame = new DefaultSpdySynStreamFrame(id, 0, (byte) 0);
        headers.forEach((name, value) -> frame.headers().set(name, value));
        channel.writeAndFlush(frame);
        return id;
    }

    /** Sends data; takes over the reference. */
    void send(int id, ByteBuf data) {
        channel.writeAndFlush(new DefaultSpdyDataFrame(id, data));
    }

    /** Says that no more data follows on the stream. */
    void finish(int id) {
        channel.writeAndFlush(new DefaultSpdyDataFrame(id, Unpooled.EMPTY_BUFFER).setLast(true));
    }
}
