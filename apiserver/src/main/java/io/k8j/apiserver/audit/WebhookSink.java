package io.k8j.apiserver.audit;

import io.k8j.model.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Posts batches as an {@code EventList}; a batch that is not taken is sent again after growing pauses, four times. */
public final class WebhookSink implements AuditSink {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookSink.class);
    private static final int ATTEMPTS = 5;
    private static final double GROWTH = 1.5;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient client;
    private final URI target;
    private final String authorization; // null for none
    private final Duration firstPause;
    private final AuditMetrics metrics;

    /**
     * @param tls how to reach the server; null for the JVM's own
     * @param authorization value of the Authorization header; null for none
     * @param firstPause before the second attempt
     */
    public WebhookSink(URI target, SSLContext tls, String authorization, Duration firstPause, AuditMetrics metrics) {
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(PATIENCE);
        if (tls != null) builder.sslContext(tls);
        this.client = builder.build();
        this.target = target;
        this.authorization = authorization;
        this.firstPause = firstPause;
        this.metrics = metrics;
    }

    @Override
    public boolean process(List<Map<String, Object>> events) {
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("kind", "EventList");
        list.put("apiVersion", "audit.k8s.io/v1");
        list.put("metadata", Map.of());
        list.put("items", events);
        byte[] body = Json.write(list);
        double pause = firstPause.toNanos();
        String failure = "";
        try {
            for (int attempt = 1; attempt <= ATTEMPTS; attempt++, pause *= GROWTH) {
                failure = post(body);
                if (failure == null) return true;
                if (attempt < ATTEMPTS) TimeUnit.NANOSECONDS.sleep((long) pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.atError()
                .addKeyValue("events", events.size())
                .addKeyValue("cause", failure)
                .log("audit events not taken by the webhook");
        metrics.lost("webhook", events.size());
        return false;
    }

    /** What went wrong; null if nothing did. */
    private String post(byte[] body) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(target)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (authorization != null) request.header("Authorization", authorization);
        try {
            int code = client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            return code < 300 ? null : "the server answered " + code;
        } catch (IOException e) {
            return String.valueOf(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
