package io.k8j.kubelet.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Upstream's port for those who only ask whether the node agent lives: plain HTTP for this machine, without
 * authentication.
 */
public final class HealthPort implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HealthPort.class);
    private static final List<String> CHECKS = List.of("ping", "log", "syncloop");
    private static final String PLAIN = "text/plain; charset=utf-8";

    private final HttpServer server; // null if the address is taken
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private HealthPort(HttpServer server) {
        this.server = server;
    }

    /** Listens; an address that somebody else has is told in the log, the agent works without it. */
    public static HealthPort open(InetSocketAddress address) {
        try {
            HttpServer server = HttpServer.create(address, 0);
            HealthPort port = new HealthPort(server);
            server.setExecutor(port.threads);
            server.createContext("/", HealthPort::answer);
            server.start();
            return port;
        } catch (IOException e) {
            log.atWarn()
                    .addKeyValue("address", address)
                    .addKeyValue("cause", e.getMessage())
                    .log("health port cannot be opened");
            return new HealthPort(null);
        }
    }

    /** The port it listens on; -1 if it does not. */
    public int port() {
        return server == null ? -1 : server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String query = exchange.getRequestURI().getQuery();
            boolean verbose =
                    query != null && List.of(query.split("&")).stream().anyMatch(q -> q.startsWith("verbose"));
            String text = healthz(exchange.getRequestURI().getPath(), verbose);
            byte[] body = (text == null ? "404 page not found\n" : text).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", PLAIN);
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            exchange.sendResponseHeaders(text == null ? 404 : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** What {@code /healthz} and its single checks answer while the agent can answer at all; null for another path. */
    static String healthz(String path, boolean verbose) {
        String below = path.startsWith("/healthz") ? path.substring("/healthz".length()) : null;
        if (below == null) return null;
        if (!below.isEmpty() && !below.equals("/")) return CHECKS.contains(below.substring(1)) ? "ok" : null;
        if (!verbose) return "ok";
        StringBuilder all = new StringBuilder();
        CHECKS.forEach(check -> all.append("[+]").append(check).append(" ok\n"));
        return all.append("healthz check passed\n").toString();
    }

    @Override
    public void close() {
        if (server != null) server.stop(0);
        threads.shutdownNow();
    }
}
