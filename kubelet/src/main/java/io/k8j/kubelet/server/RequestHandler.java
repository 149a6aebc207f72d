package io.k8j.kubelet.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the requests of one connection; each goes to a virtual thread. Bodies are not read: no request needs one. */
final class RequestHandler extends SimpleChannelInboundHandler<HttpObject> {
    private static final Logger log = LoggerFactory.getLogger(RequestHandler.class);

    private final Routes routes;
    private final Access access;
    private final RequestMetrics metrics;

    /** @param access null if anyone may ask anything */
    RequestHandler(Routes routes, Access access, RequestMetrics metrics) {
        this.routes = routes;
        this.metrics = metrics;
        this.access = access;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
        if (!(message instanceof HttpRequest request)) return;
        if (request.decoderResult().isFailure()) {
            ctx.close();
            return;
        }
        Exchange exchange = new Exchange(
                ctx.channel(),
                request.method().name(),
                request.uri(),
                request.headers().copy());
        X509Certificate certificate = certificate(ctx);
        Thread.ofVirtual().name("kubelet-request").start(() -> serve(exchange, certificate));
    }

    private void serve(Exchange exchange, X509Certificate certificate) {
        Runnable end = metrics.begin(exchange.method(), exchange.path());
        try {
            if (access != null) {
                Access.Verdict verdict = access.check(exchange, certificate);
                if (verdict.status() != 200) {
                    exchange.text(verdict.status(), verdict.message());
                    return;
                }
            }
            routes.serve(exchange);
        } catch (IOException clientGone) {
            exchange.channel().close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.atError().addKeyValue("uri", exchange.path()).setCause(e).log("request failed");
            exchange.text(500, "internal error");
        } finally {
            end.run();
        }
    }

    private static X509Certificate certificate(ChannelHandlerContext ctx) {
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        if (tls == null) return null;
        try {
            Certificate[] chain = tls.engine().getSession().getPeerCertificates();
            return (X509Certificate) chain[0];
        } catch (SSLPeerUnverifiedException withoutCertificate) {
            return null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.atDebug().setCause(cause).log("connection broken");
        ctx.close();
    }
}
