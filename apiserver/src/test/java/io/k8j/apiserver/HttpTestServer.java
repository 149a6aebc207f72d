package io.k8j.apiserver;

import io.k8j.apiserver.authn.AuthenticationSettings;
import io.k8j.apiserver.authn.ServiceAccountKeys;
import io.k8j.apiserver.authz.AuthorizationSettings;
import io.k8j.apiserver.http.RequestSettings;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.json.Json;
import io.k8j.model.time.SystemTime;
import io.k8j.store.MemoryStore;
import io.k8j.store.Store;
import io.k8j.store.StoreConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A whole API server on a loopback port, over plain HTTP; the user {@code root} may do everything, {@code bob} nothing. */
public final class HttpTestServer implements AutoCloseable {
    public final Store store;
    public final SystemTime time = new SystemTime();
    public final ApiServer server;
    public final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final boolean ownStore;

    public HttpTestServer() {
        this(Operations.DEFAULTS);
    }

    public HttpTestServer(Operations operations) {
        this(MemoryStore.open(StoreConfig.DEFAULTS), true, operations, RequestSettings.DEFAULTS);
    }

    public HttpTestServer(Store store, boolean ownStore, Operations operations, RequestSettings requests) {
        this.store = store;
        this.ownStore = ownStore;
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            Map<String, Object> version = new LinkedHashMap<>(Map.of("major", "1", "gitVersion", "v1.36.0"));
            server = ApiServer.start(
                    store,
                    new ApiServerConfig(
                            CoreConfig.DEFAULTS,
                            new InetSocketAddress("127.0.0.1", 0),
                            null,
                            AuthenticationSettings.of(
                                    new ServiceAccountKeys(generator.generateKeyPair(), List.of()),
                                    "https://kubernetes.default.svc",
                                    Map.of(
                                            "root",
                                            UserInfo.of("root", "system:masters", "system:authenticated"),
                                            "bob",
                                            UserInfo.of("bob", "system:authenticated"))),
                            AuthorizationSettings.DEFAULTS,
                            () -> null,
                            version,
                            requests,
                            List.of(),
                            operations),
                    time);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    public HttpRequest.Builder request(String path, String token) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(uri(path));
        return token == null ? builder : builder.header("Authorization", "Bearer " + token);
    }

    /** As {@code root}. */
    public HttpRequest.Builder request(String path) {
        return request(path, "root");
    }

    public HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public HttpResponse<byte[]> bytes(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public HttpResponse<String> get(String path) {
        return send(request(path));
    }

    public HttpResponse<String> send(String method, String path, String body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    public HttpResponse<String> post(String path, String body) {
        return send("POST", path, body.replace('\'', '"'));
    }

    public Map<String, Object> json(String path) {
        return Json.parseObject(get(path).body());
    }

    @Override
    public void close() {
        client.shutdownNow(); // a test may leave an answer that never ends
        client.close();
        server.close();
        if (ownStore) store.close();
        time.close();
    }
}
