package io.k8j.kubelet.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * One request and the way to answer it. Used by the request's virtual thread alone.
 *
 * @param channel the connection
 * @param method such as {@code GET}
 * @param uri path and query as they came
 * @param headers of the request
 */
record Exchange(Channel channel, String method, String uri, HttpHeaders headers) {
    String path() {
        return new QueryStringDecoder(uri).path();
    }

    Map<String, List<String>> query() {
        return new QueryStringDecoder(uri).parameters();
    }

    /** The first value of a parameter; empty if it is absent. */
    String parameter(String name) {
        List<String> values = query().get(name);
        return values == null || values.isEmpty() ? "" : values.getFirst();
    }

    boolean flag(String name) {
        String value = parameter(name);
        return value.equals("1") || value.equals("true");
    }

    boolean upgrades() {
        return headers.contains("Upgrade");
    }

    void answer(int status, String type, byte[] body) {
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
        response.headers().set("Content-Type", type);
        HttpUtil.setContentLength(response, body.length);
        channel.writeAndFlush(response);
    }

    void text(int status, String body) {
        answer(status, "text/plain; charset=utf-8", body.getBytes(StandardCharsets.UTF_8));
    }

    /** Begins an answer of unknown length; closing the stream ends it. */
    OutputStream stream(String type) {
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers().set("Content-Type", type);
        HttpUtil.setTransferEncodingChunked(response, true);
        channel.writeAndFlush(response);
        return new Chunks(channel);
    }

    /** Writes chunks; waits when the client is slow. */
    private static final class Chunks extends OutputStream {
        private static final int FLUSH_AT = 32 * 1024;

        private final Channel channel;
        private byte[] buffer = new byte[FLUSH_AT];
        private int count;

        Chunks(Channel channel) {
            this.channel = channel;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int done = 0; done < length; ) {
                int part = Math.min(length - done, buffer.length - count);
                System.arraycopy(bytes, offset + done, buffer, count, part);
                count += part;
                done += part;
                if (count == buffer.length) flush();
            }
        }

        @Override
        public void flush() throws IOException {
            if (!channel.isActive()) throw new IOException("client is gone");
            if (count == 0) return;
            ChannelFuture written =
                    channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(buffer, 0, count)));
            buffer = new byte[FLUSH_AT];
            count = 0;
            if (!channel.isWritable()) {
                written.awaitUninterruptibly();
                if (!written.isSuccess()) throw new IOException("client is gone", written.cause());
            }
        }

        @Override
        public void close() throws IOException {
            flush();
            channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }
}
