package io.k8j.proxy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Upstream's port of the proxy's metrics: plain HTTP for this machine, without authentication. */
final class MetricsPort implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private MetricsPort(HttpServer server) {
        this.server = server;
    }

    /**
     * Listens.
     *
     * @param metrics makes the page
     * @throws IOException if the address is taken
     */
    static MetricsPort open(InetSocketAddress address, Supplier<String> metrics) throws IOException {
        HttpServer server = HttpServer.create(address, 0);
        MetricsPort port = new MetricsPort(server);
        server.setExecutor(port.threads);
        server.createContext("/", exchange -> {
            switch (exchange.getRequestURI().getPath()) {
                case "/metrics" -> answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.get());
                case "/healthz" -> answer(exchange, 200, "text/plain; charset=utf-8", "ok");
                case "/proxyMode" -> answer(exchange, 200, "text/plain; charset=utf-8", "nftables");
                default -> answer(exchange, 404, "text/plain; charset=utf-8", "404 page not found\n");
            }
        });
        server.start();
        return port;
    }

    int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, int code, String type, String text) throws IOException {
        try (exchange) {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            exchange.sendResponseHeaders(code, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
