package io.k8j.e2e.cluster;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sends single requests to an API server. Many threads may share one. */
public final class ApiClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /**
     * What the server said.
     *
     * @param contentType empty if there was none
     * @param warnings    the Warning headers, each as sent
     */
    public record Answer(int status, String contentType, List<String> warnings, String body) {
        /** The body as JSON. */
        public JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }
    }

    private final Kubeconfig kubeconfig;
    private final HttpClient http;

    public ApiClient(Kubeconfig kubeconfig) {
        this.kubeconfig = kubeconfig;
        this.http = HttpClient.newBuilder()
                .sslContext(kubeconfig.tls())
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    /** Where the server listens, without a slash at the end. */
    public URI server() {
        return kubeconfig.server();
    }

    /**
     * Sends one request and waits for the whole answer.
     *
     * @param contentType of the body, or null
     * @param accept      or null
     * @param body        or null
     * @throws IOException if no answer arrived; whether the request took place is then unknown
     */
    public Answer send(String method, String path, String contentType, String accept, String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(kubeconfig.server() + path))
                .timeout(PATIENCE)
                .header("User-Agent", "recorder")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        if (accept != null) {
            request.header("Accept", accept);
        }
        kubeconfig.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(""),
                response.headers().allValues("Warning"),
                response.body());
    }

    /** Reads one object or list as JSON; fails if the status is not 200. */
    public JsonNode get(String path) throws IOException, InterruptedException {
        Answer answer = send("GET", path, null, "application/json", null);
        if (answer.status() != 200) {
            throw new IOException("GET %s: %d %s".formatted(path, answer.status(), answer.body()));
        }
        return answer.json();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
