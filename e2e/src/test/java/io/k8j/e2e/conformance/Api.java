package io.k8j.e2e.conformance;

import io.k8j.client.https.TlsContexts;
import io.k8j.junit.K8jCluster;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Plain requests over HTTPS, since the suite is about what is on the wire. Bodies are YAML texts or trees; what comes back
 * is an {@link Answer} whatever its code. Safe for all threads.
 */
final class Api {
    static final String MERGE = "application/merge-patch+json";
    static final String STRATEGIC = "application/strategic-merge-patch+json";
    static final String JSON_PATCH = "application/json-patch+json";
    static final String APPLY = "application/apply-patch+yaml";

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .sslContext(TlsContexts.trustingAll(null))
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    private final String url;
    private final String token;
    private final List<String> headers;

    private Api(String url, String token, List<String> headers) {
        this.url = url;
        this.token = token;
        this.headers = headers;
    }

    /** With all rights. */
    static Api admin(K8jCluster cluster) {
        Object users = Trees.get(Yaml.parse(cluster.kubeconfig().getBytes(StandardCharsets.UTF_8)), "users");
        return new Api(cluster.url(), Trees.string(((List<?>) users).getFirst(), "user", "token"), List.of());
    }

    /** The same with one's own token. */
    Api withToken(String other) {
        return new Api(url, other, headers);
    }

    /** The same with headers in every request, names and values in turn. */
    Api with(String... more) {
        return new Api(url, token, List.of(more));
    }

    Answer get(String path, String... more) {
        return send("GET", path, null, null, more);
    }

    Answer post(String path, Object body, String... more) {
        return send("POST", path, "application/json", body, more);
    }

    /** Replaces an object, also over what a controller has written since it was read: then it is tried again. */
    Answer put(String path, Object body) {
        Answer answer = send("PUT", path, "application/json", body);
        for (int left = 20; left > 0 && answer.code() == 409 && body instanceof Map<?, ?> tree; left--) {
            Map<String, Object> newer = new LinkedHashMap<>();
            tree.forEach((key, value) -> newer.put((String) key, Trees.deepCopy(value)));
            Object version = get(path).ok().at("metadata", "resourceVersion");
            Trees.set(newer, version, "metadata", "resourceVersion");
            answer = send("PUT", path, "application/json", newer);
        }
        return answer;
    }

    Answer merge(String path, Object body) {
        return send("PATCH", path, MERGE, body);
    }

    Answer patch(String path, String mediaType, Object body) {
        return send("PATCH", path, mediaType, body);
    }

    Answer delete(String path) {
        return send("DELETE", path, null, null);
    }

    Answer delete(String path, Object options) {
        return send("DELETE", path, "application/json", options);
    }

    /** @param more headers, names and values in turn */
    Answer send(String method, String path, String mediaType, Object body, String... more) {
        try {
            HttpResponse<byte[]> answer = HTTP.send(
                    request(method, path, mediaType, bytes(body), more), HttpResponse.BodyHandlers.ofByteArray());
            String text = new String(answer.body(), StandardCharsets.UTF_8);
            return new Answer(
                    answer.statusCode(),
                    text.startsWith("{") ? Json.parseObject(answer.body()) : Map.of(),
                    text,
                    answer.headers());
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Begins a watch; the path says what is wanted, {@code watch=true} is added. */
    Watching watch(String path) {
        String whole = path + (path.contains("?") ? "&" : "?") + "watch=true&timeoutSeconds=120";
        try {
            return Watching.of(path, HTTP.send(request("GET", whole, null, null), HttpResponse.BodyHandlers.ofLines()));
        } catch (IOException e) {
            throw new UncheckedIOException("watch " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static byte[] bytes(Object body) {
        return switch (body) {
            case null -> null;
            case byte[] raw -> raw;
            case String yaml -> Json.write(Yaml.parse(yaml.getBytes(StandardCharsets.UTF_8)));
            default -> Json.write(body);
        };
    }

    private HttpRequest request(String method, String path, String mediaType, byte[] body, String... more) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body))
                .setHeader("Authorization", "Bearer " + token);
        if (body != null) request.setHeader("Content-Type", mediaType);
        for (int i = 0; i < headers.size(); i += 2) {
            request.setHeader(headers.get(i), headers.get(i + 1));
        }
        for (int i = 0; i < more.length; i += 2) {
            request.setHeader(more[i], more[i + 1]);
        }
        return request.build();
    }
}
