package io.k8j.junit.auth;

import io.k8j.client.https.TlsContexts;
import io.k8j.junit.K8jCluster;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import io.k8j.server.certs.KeyAndCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/** Requests over HTTPS with whatever headers and certificate a test wants. */
public final class RawApi implements AutoCloseable {
    /** What came back; the body is empty unless it is a JSON object. */
    public record Answer(int code, Map<String, Object> body, String text, HttpHeaders headers) {
        String message() {
            return String.valueOf(body.get("message"));
        }

        String reason() {
            return String.valueOf(body.get("reason"));
        }

        String at(String... path) {
            return Trees.string(body, path);
        }

        /** Shown when an assertion fails. */
        @Override
        public String toString() {
            return code + " " + text;
        }
    }

    private final String url;
    private final HttpClient client;
    private final String token; // null: none

    private RawApi(String url, KeyManager[] keys, String token) {
        this.token = token;
        this.url = url;
        this.client = HttpClient.newBuilder()
                .sslContext(TlsContexts.trustingAll(keys))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /** Without a certificate. */
    public static RawApi anonymous(K8jCluster cluster) {
        return new RawApi(cluster.url(), null, null);
    }

    public static RawApi admin(K8jCluster cluster) {
        Object users = Trees.get(Yaml.parse(cluster.kubeconfig().getBytes(StandardCharsets.UTF_8)), "users");
        return new RawApi(cluster.url(), null, Trees.string(((java.util.List<?>) users).getFirst(), "user", "token"));
    }

    /** With a token of any kind. */
    static RawApi bearer(K8jCluster cluster, String token) {
        return new RawApi(cluster.url(), null, token);
    }

    /** The same user at another address. */
    public RawApi at(String address) {
        return new RawApi(address, null, token);
    }

    /** With a client certificate. */
    static RawApi with(K8jCluster cluster, KeyAndCertificate own) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("own", own.key(), new char[0], own.chain().toArray(Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            return new RawApi(cluster.url(), keys.getKeyManagers(), null);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("use a client certificate: " + e.getMessage(), e);
        }
    }

    public Answer get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    public Answer post(String path, String yaml, String... headers) {
        return send("POST", path, yaml, headers);
    }

    /**
     * Sends one request.
     *
     * @param yaml body; null if none. A patch is a merge patch
     * @param headers names and values in turn
     */
    public Answer send(String method, String path, String yaml, String... headers) {
        HttpRequest.BodyPublisher body = yaml == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofByteArray(Json.write(Yaml.parse(yaml.getBytes(StandardCharsets.UTF_8))));
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).method(method, body);
        if (token != null) request.header("Authorization", "Bearer " + token);
        if (yaml != null) {
            request.header(
                    "Content-Type", method.equals("PATCH") ? "application/merge-patch+json" : "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
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

    @Override
    public void close() {
        client.close();
    }
}
