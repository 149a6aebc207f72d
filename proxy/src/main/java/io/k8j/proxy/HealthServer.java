package io.k8j.proxy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.k8j.client.ObjectKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells load balancers on each Service's {@code healthCheckNodePort} whether this node has backends for it: 200 with
 * some, 503 without. One listener per port. {@link #update} and {@link #close} are called by one thread.
 */
final class HealthServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HealthServer.class);

    /** What one port answers. */
    record Answer(ObjectKey service, int localReady) {
        String body() {
            return """
                    {
                    \t"service": {
                    \t\t"namespace": "%s",
                    \t\t"name": "%s"
                    \t},
                    \t"localEndpoints": %d,
                    \t"serviceProxyHealthy": true
                    }""".formatted(service.namespace(), service.name(), localReady);
        }
    }

    private static final class Listener {
        final HttpServer server;
        volatile Answer answer;

        Listener(HttpServer server, Answer answer) {
            this.server = server;
            this.answer = answer;
        }
    }

    private final Map<Integer, Listener> listeners = new HashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Opens, changes and closes listeners so that there is one for each port. */
    void update(Map<Integer, Answer> wanted) {
        for (Integer port : new HashSet<>(listeners.keySet())) {
            if (!wanted.containsKey(port)) listeners.remove(port).server.stop(0);
        }
        wanted.forEach((port, answer) -> {
            Listener listener = listeners.get(port);
            if (listener != null) {
                listener.answer = answer;
            } else {
                open(port, answer);
            }
        });
    }

    private void open(int port, Answer answer) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
            Listener listener = new Listener(server, answer);
            server.setExecutor(threads);
            server.createContext("/", exchange -> reply(exchange, listener.answer));
            server.start();
            listeners.put(port, listener);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("service", answer.service())
                    .addKeyValue("port", port)
                    .addKeyValue("cause", e.getMessage())
                    .log("health check port cannot be opened");
        }
    }

    private static void reply(HttpExchange exchange, Answer answer) throws IOException {
        try (exchange) {
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            exchange.getResponseHeaders().set("X-Load-Balancing-Endpoint-Weight", "" + answer.localReady());
            exchange.sendResponseHeaders(answer.localReady() > 0 ? 200 : 503, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        update(Map.of());
        threads.shutdownNow();
    }
}
