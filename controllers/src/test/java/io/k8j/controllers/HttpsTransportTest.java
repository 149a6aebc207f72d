package io.k8j.controllers;

import io.k8j.apiserver.ApiServer;
import io.k8j.apiserver.ApiServerConfig;
import io.k8j.apiserver.CoreConfig;
import io.k8j.apiserver.Operations;
import io.k8j.apiserver.authn.AuthenticationSettings;
import io.k8j.apiserver.authn.ServiceAccountKeys;
import io.k8j.apiserver.authz.AuthorizationSettings;
import io.k8j.apiserver.http.RequestSettings;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.client.ResourceCatalog;
import io.k8j.client.TransportContract;
import io.k8j.client.https.DiscoveryCatalog;
import io.k8j.client.https.HttpsTransport;
import io.k8j.client.https.ServerAccess;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.time.SystemTime;
import io.k8j.store.MemoryStore;
import io.k8j.store.StoreConfig;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.KeyPairGenerator;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract over HTTP with a bearer token. TLS is the server module's to test, which has certificates. */
class HttpsTransportTest extends TransportContract {
    private final SystemTime time = new SystemTime();
    private final MemoryStore store = MemoryStore.open(StoreConfig.DEFAULTS);
    private ApiServer server;
    private HttpsTransport transport;

    @Override
    protected ApiTransport open() throws Exception {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
        keys.initialize(256);
        ApiServerConfig config = new ApiServerConfig(
                CoreConfig.DEFAULTS,
                new InetSocketAddress("127.0.0.1", 0),
                null,
                AuthenticationSettings.of(
                        new ServiceAccountKeys(keys.generateKeyPair(), List.of()),
                        "https://issuer",
                        Map.of("secret", UserInfo.of("admin", "system:masters", "system:authenticated"))),
                AuthorizationSettings.DEFAULTS,
                () -> null,
                Map.of("gitVersion", "v1.36.0"),
                RequestSettings.DEFAULTS,
                List.of(),
                Operations.DEFAULTS);
        server = ApiServer.start(store, config, time);
        transport = new HttpsTransport(
                ServerAccess.withToken(URI.create("http://127.0.0.1:" + server.port()), new byte[0], "secret"),
                "contract");
        return transport;
    }

    @Test
    void discoveryBecomesACatalog() {
        List<ResourceCatalog.Entry> resources = new DiscoveryCatalog(transport).resources();
        Assertions.assertThat(resources).anySatisfy(entry -> {
            Assertions.assertThat(entry.resource().qualified()).isEqualTo("deployments.apps");
            Assertions.assertThat(entry.kind()).isEqualTo("Deployment");
            Assertions.assertThat(entry.verbs()).contains("deletecollection", "watch");
        });
    }

    @AfterEach
    void close() {
        server.close();
        store.close();
        time.close();
    }
}
