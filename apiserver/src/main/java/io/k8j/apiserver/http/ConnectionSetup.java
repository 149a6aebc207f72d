package io.k8j.apiserver.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds the pipeline of each new connection: TLS, then HTTP/1.1 or HTTP/2 as the client chose, then the requests. */
final class ConnectionSetup extends ChannelInitializer<Channel> {
    static final String HTTP_CODEC = "http";
    static final String REQUESTS = "requests";
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionSetup.class);
    private static final int MAX_CONCURRENT_STREAMS = 250;
    private static final int FLUSHES_AT_ONCE = 64;
    private static final int INITIAL_WINDOW = 256 * 1024;

    private final Supplier<SslContext> tls;
    private final RequestSettings settings;
    private final ExchangeHandler handler;
    private final ChannelGroup connections;
    private final LongAdder handshakeErrors;

    /** @param handshakeErrors counts connections that ended before the two sides had agreed on a key */
    ConnectionSetup(
            Supplier<SslContext> tls,
            RequestSettings settings,
            ExchangeHandler handler,
            ChannelGroup connections,
            LongAdder handshakeErrors) {
        this.handshakeErrors = handshakeErrors;
        this.tls = tls;
        this.settings = settings;
        this.handler = handler;
        this.connections = connections;
    }

    @Override
    protected void initChannel(Channel channel) {
        connections.add(channel);
        ConnectionGuard guard = new ConnectionGuard(settings);
        channel.pipeline().addLast(guard);
        if (tls == null) {
            http1(channel.pipeline(), null, guard);
            return;
        }
        SslHandler ssl = tls.get().newHandler(channel.alloc());
        channel.pipeline().addLast(ssl).addLast(new Negotiated(ssl, guard));
    }

    private void http1(ChannelPipeline pipeline, SslHandler ssl, ConnectionGuard guard) {
        HttpDecoderConfig config = new HttpDecoderConfig()
                .setMaxInitialLineLength(settings.maxHeaderBytes())
                .setMaxHeaderSize(settings.maxHeaderBytes());
        pipeline.addLast(HTTP_CODEC, new HttpServerCodec(config))
                .addLast(REQUESTS, new RequestAssembler(settings, handler, ssl, false, guard));
    }

    private void http2(ChannelPipeline pipeline, SslHandler ssl, ConnectionGuard guard) {
        guard.framed();
        Http2Settings initial = Http2Settings.defaultSettings()
                .maxConcurrentStreams(MAX_CONCURRENT_STREAMS)
                .initialWindowSize(INITIAL_WINDOW)
                .maxHeaderListSize(settings.maxHeaderBytes());
        // Many streams answer at the same moment; what they flush goes out as one.
        pipeline.addLast(new FlushConsolidationHandler(FLUSHES_AT_ONCE, true))
                .addLast(Http2FrameCodecBuilder.forServer()
                        .initialSettings(initial)
                        .decoderEnforceMaxRstFramesPerWindow(200, 30)
                        .build())
                .addLast(new Http2MultiplexHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline()
                                .addLast(new Http2StreamFrameToHttpObjectCodec(true, false))
                                .addLast(REQUESTS, new RequestAssembler(settings, handler, ssl, true, guard));
                    }
                }))
                .addLast(new QuietClose());
    }

    /** Chooses by ALPN; without ALPN it is HTTP/1.1. */
    private final class Negotiated extends ApplicationProtocolNegotiationHandler {
        private final SslHandler ssl;
        private final ConnectionGuard guard;

        Negotiated(SslHandler ssl, ConnectionGuard guard) {
            super(ApplicationProtocolNames.HTTP_1_1);
            this.ssl = ssl;
            this.guard = guard;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext context, String protocol) {
            if (ApplicationProtocolNames.HTTP_2.equals(protocol)) {
                http2(context.pipeline(), ssl, guard);
            } else {
                http1(context.pipeline(), ssl, guard);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
                handshakeErrors.increment();
            }
            super.userEventTriggered(context, event);
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext context, Throwable cause) {
            LOG.atDebug()
                    .addKeyValue("remote", context.channel().remoteAddress())
                    .addKeyValue("cause", cause.getMessage())
                    .log("TLS handshake failed");
            context.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.atDebug().addKeyValue("cause", cause.toString()).log("connection failed");
            context.close();
        }
    }

    /** A broken connection is the client's affair: close it and say so only when asked for details. */
    private static final class QuietClose extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.atDebug().addKeyValue("cause", cause.toString()).log("connection failed");
            context.close();
        }
    }
}
