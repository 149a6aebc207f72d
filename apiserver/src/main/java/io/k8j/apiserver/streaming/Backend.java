package io.k8j.apiserver.streaming;

import io.netty.handler.ssl.SslContext;

/**
 * Where a stream goes.
 *
 * @param host name or address
 * @param port TCP port
 * @param tls null for plain TCP
 * @param uri request target with query
 */
public record Backend(String host, int port, SslContext tls, String uri) {
    String authority() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
