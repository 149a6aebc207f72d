package io.k8j.apiserver.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Dials a backend and asks it to upgrade the connection. */
final class BackendConnection {
    private static final int MAX_REFUSAL_BYTES = 64 * 1024;

    private BackendConnection() {}

    /** What the backend said to the upgrade. */
    sealed interface Answer {
        /** The connection now speaks the wanted protocol; reading is off until somebody turns it on. */
        record Upgraded(Channel channel, HttpHeaders headers) implements Answer {}

        /** An ordinary HTTP answer; the connection is closed. */
        record Refused(int status, HttpHeaders headers, byte[] body) implements Answer {}
    }

    /**
     * Dials and asks.
     *
     * @param loop event loop of the client's connection, so that both ends run on one thread
     * @param headers upgrade headers; Host is added
     * @return fails with IOException if there is no connection or no answer
     */
    static CompletableFuture<Answer> open(EventLoop loop, Backend backend, HttpMethod method, HttpHeaders headers) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        BackendDial.dial(loop, backend, pipeline -> {
                    HttpClientCodec codec = new HttpClientCodec();
                    pipeline.addLast("http", codec).addLast("answer", new AnswerReader(codec, answer));
                })
                .addListener((ChannelFuture connected) -> {
                    if (!connected.isSuccess()) {
                        answer.completeExceptionally(new IOException(
                                "dial %s: %s"
                                        .formatted(
                                                backend.authority(),
                                                connected.cause().getMessage()),
                                connected.cause()));
                        return;
                    }
                    FullHttpRequest request = new DefaultFullHttpRequest(
                            HttpVersion.HTTP_1_1, method, backend.uri(), Unpooled.EMPTY_BUFFER);
                    request.headers().set(headers).set(HttpHeaderNames.HOST, backend.authority());
                    connected.channel().writeAndFlush(request);
                });
        return answer;
    }

    /** Reads the answer's head, and its body if it is no upgrade. */
    private static final class AnswerReader extends SimpleChannelInboundHandler<HttpObject> {
        private final HttpClientCodec codec;
        private final CompletableFuture<Answer> answer;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private HttpResponse refused;

        AnswerReader(HttpClientCodec codec, CompletableFuture<Answer> answer) {
            this.codec = codec;
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
            if (message instanceof HttpResponse response) {
                if (response.status().code() == 101) {
                    upgraded(context, response);
                    return;
                }
                refused = response;
            }
            if (message instanceof HttpContent content && refused != null) {
                ByteBuf bytes = content.content();
                int length = Math.min(bytes.readableBytes(), MAX_REFUSAL_BYTES - body.size());
                byte[] piece = new byte[Math.max(0, length)];
                bytes.readBytes(piece);
                body.writeBytes(piece);
                if (message instanceof LastHttpContent) {
                    answer.complete(new Answer.Refused(
                            refused.status().code(), refused.headers().copy(), body.toByteArray()));
                    context.close();
                }
            }
        }

        private void upgraded(ChannelHandlerContext context, HttpResponse response) {
            Channel channel = context.channel();
            HttpHeaders headers = response.headers().copy();
            channel.config().setAutoRead(false);
            // Whoever waits for the answer builds the new pipeline before the codec hands over what it read ahead.
            answer.complete(new Answer.Upgraded(channel, headers));
            channel.pipeline().remove(this);
            channel.pipeline().remove(codec);
            channel.config().setAutoRead(true);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            answer.completeExceptionally(new IOException("the backend closed the connection without an answer"));
            context.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            answer.completeExceptionally(new IOException("upgrade with backend: " + cause.getMessage(), cause));
            context.close();
        }
    }
}
