package io.k8j.apiserver.http;

import io.k8j.apiserver.ApiServer;
import io.k8j.apiserver.ApiServerConfig;
import io.k8j.apiserver.CoreConfig;
import io.k8j.apiserver.Operations;
import io.k8j.apiserver.authn.AuthenticationSettings;
import io.k8j.apiserver.authn.ServiceAccountKeys;
import io.k8j.apiserver.authz.AuthorizationSettings;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.time.SystemTime;
import io.k8j.store.MemoryStore;
import io.k8j.store.StoreConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Map;

/** A server on a free port of the loopback address over memory, without TLS; the token {@code root} may do everything. */
final class TestHttpServer implements AutoCloseable {
    private final SystemTime time = new SystemTime();
    private final MemoryStore store = MemoryStore.open(StoreConfig.DEFAULTS);
    private final ApiServer server;

    TestHttpServer() throws GeneralSecurityException, IOException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        server = ApiServer.start(
                store,
                new ApiServerConfig(
                        CoreConfig.DEFAULTS,
                        new InetSocketAddress("127.0.0.1", 0),
                        null,
                        AuthenticationSettings.of(
                                new ServiceAccountKeys(generator.generateKeyPair(), List.of()),
                                "https://kubernetes.default.svc",
                                Map.of("root", UserInfo.of("root", "system:masters"))),
                        AuthorizationSettings.DEFAULTS,
                        () -> null,
                        Map.of("major", "1", "gitVersion", "v1.36.0"),
                        RequestSettings.DEFAULTS,
                        List.of(),
                        Operations.DEFAULTS),
                time);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .header("Authorization", "Bearer root");
    }

    @Override
    public void close() {
        server.close();
        store.close();
        time.close();
    }
}
