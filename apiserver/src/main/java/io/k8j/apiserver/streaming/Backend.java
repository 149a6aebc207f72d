package io.k8j.apiserver.streaming;

import io.netty.handler.ssl.SslContext;

/**
 * Where a stream goes.
 *
 * @param host name or address
 * @param port TCP port
 * @param tls null for plain TCP
 * @param uri request target with query
 * @param tlsName the name asked for and expected in the certificate
 */
public record Backend(String host, int port, SslContext tls, String uri, String tlsName) {
    /** A backend whose certificate has the name that is dialled. */
    public Backend(String host, int port, SslContext tls, String uri) {
        this(host, port, tls, uri, host);
    }

    String authority() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
