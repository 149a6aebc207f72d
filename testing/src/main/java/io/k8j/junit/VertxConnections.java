package io.k8j.junit;

import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.vertx5.TlsWarmup;
import io.fabric8.kubernetes.client.vertx5.Vertx5HttpClientFactory;
import io.netty.handler.ssl.OpenSsl;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.TCPSSLOptions;
import io.vertx.ext.web.client.WebClientOptions;

/**
 * Makes connections with Vert.x, which is fabric8's default, over the TLS library that the API server has loaded already:
 * the JDK's own costs a fresh JVM hundreds of classes, and it computes its first handshakes in the interpreter. Loaded
 * only if Vert.x is what the test has on its class path.
 */
final class VertxConnections extends Vertx5HttpClientFactory {
    private VertxConnections() {
        setTlsWarmup(TlsWarmup.OFF); // it would be one of the JDK's TLS
    }

    /** The factory to take for fabric8's own one: itself where that library cannot be had. */
    static HttpClient.Factory insteadOf(HttpClient.Factory own) {
        return OpenSsl.isAvailable() ? new VertxConnections() : own;
    }

    @Override
    protected void additionalConfig(WebClientOptions http, WebSocketClientOptions webSockets, PoolOptions pool) {
        useLoadedLibrary(http);
        useLoadedLibrary(webSockets);
    }

    private static void useLoadedLibrary(TCPSSLOptions options) {
        options.setSslEngineOptions(new OpenSSLEngineOptions());
    }
}
