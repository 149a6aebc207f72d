package io.k8j.server.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.k8j.client.Client;
import io.k8j.client.ListOptions;
import io.k8j.client.https.HttpsTransport;
import io.k8j.model.api.ApiException;
import io.k8j.model.time.SystemTime;
import io.k8j.model.time.Time;
import io.k8j.server.Cluster;
import io.k8j.server.ServerConfig;
import io.k8j.server.Steps;
import io.k8j.server.UserException;
import io.k8j.server.cli.Main;
import io.k8j.server.flags.FlagValues;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A machine gets what a node needs from a cluster that it knows nothing of but an address and a token. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JoinTest {
    private static final String TOKEN = "abcdef.0123456789abcdef";

    private final SystemTime time = new SystemTime();
    private Cluster cluster;
    private URI server;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        int port;
        try (ServerSocket probe = new ServerSocket(0)) {
            port = probe.getLocalPort();
        }
        server = URI.create("https://127.0.0.1:" + port);
        ServerConfig config = ServerConfig.simulated(
                directory, port, "memory", Set.of("scheduler"), 0, FlagValues.NONE, FlagValues.NONE);
        cluster = Cluster.start(config, new Steps(new PrintStream(OutputStream.nullOutputStream()), false));
        assertThat(Main.run(
                        "token",
                        "create",
                        TOKEN,
                        "--kubeconfig",
                        config.writeKubeconfig().toString()))
                .isZero();
    }

    @AfterAll
    void stop() {
        cluster.close();
        time.close();
    }

    private NodeCertificates join(Path directory, String token, String node) throws Exception {
        JoinToken parsed = token == null ? null : JoinToken.parse(token);
        return NodeCertificates.obtain(directory, server, parsed, node, List.of(node, "10.9.8.7"), time);
    }

    @Test
    void aTokenIsGoodForTheCertificatesOfANode(@TempDir Path directory) throws Exception {
        awaitSignature();
        NodeCertificates certificates = join(directory, TOKEN, "second");

        assertThat(certificates
                        .serving()
                        .certificate()
                        .getSubjectX500Principal()
                        .getName())
                .isEqualTo("CN=system:node:second,O=system:nodes");
        certificates
                .serving()
                .certificate()
                .verify(certificates.authorities().getFirst().getPublicKey());
        try (Client client = new Client(new HttpsTransport(certificates.access(server), "kubelet"), time, "kubelet")) {
            Node own = new NodeBuilder()
                    .withNewMetadata()
                    .withName("second")
                    .endMetadata()
                    .build();
            client.resources(Node.class).create(own);
            assertThat(client.resources(Node.class).list(ListOptions.ALL)) // as the service proxy must
                    .extracting(node -> node.getMetadata().getName())
                    .contains("second");
            Node foreign = new NodeBuilder(own)
                    .editMetadata()
                    .withName("third")
                    .endMetadata()
                    .build();
            assertThatThrownBy(() -> client.resources(Node.class).create(foreign))
                    .isInstanceOf(ApiException.class)
                    .hasMessageContaining("is not allowed to modify node \"third\"");
        }
        // The next start needs neither the token nor the cluster.
        byte[] before = Files.readAllBytes(directory.resolve("kubelet.pem"));
        NodeCertificates again = NodeCertificates.obtain(
                directory, URI.create("https://127.0.0.1:1"), null, "second", List.of("second", "10.9.8.7"), time);
        assertThat(again.client()).isEqualTo(certificates.client());
        assertThat(Files.readAllBytes(directory.resolve("kubelet.pem"))).isEqualTo(before);
        // Under another address it asks for a new serving certificate, with what it has.
        NodeCertificates moved =
                NodeCertificates.obtain(directory, server, null, "second", List.of("second", "10.9.8.8"), time);
        assertThat(moved.client()).isEqualTo(certificates.client());
        assertThat(moved.serving()).isNotEqualTo(certificates.serving());
    }

    /** A year later: what is about to end is renewed with what is there, and used by clients that are there. */
    @Test
    void certificatesAreRenewedWhileTheNodeRuns(@TempDir Path directory) throws Exception {
        awaitSignature();
        NodeCertificates before = join(directory, TOKEN, "old");
        InstantSource later = InstantSource.offset(time, Duration.ofDays(300));
        NodeCertificates after =
                NodeCertificates.obtain(directory, server, null, "old", List.of("old", "10.9.8.7"), at(later));
        assertThat(after.same(before)).isFalse();
        assertThat(after.client()).isNotEqualTo(before.client());
        assertThat(after.serving()).isNotEqualTo(before.serving());
        NodeCertificates other = join(directory.resolve("other"), TOKEN, "new");
        try (RemoteCluster remote = new RemoteCluster(before.access(server), time)) {
            Client client = remote.client("kubelet", "");
            Node node = new NodeBuilder()
                    .withNewMetadata()
                    .withName("new")
                    .endMetadata()
                    .build();
            assertThatThrownBy(() -> client.resources(Node.class).create(node)).isInstanceOf(ApiException.class);
            remote.renew(other.access(server));
            client.resources(Node.class).create(node);
        }
    }

    private Time at(InstantSource clock) {
        return (Time) Proxy.newProxyInstance(
                JoinTest.class.getClassLoader(),
                new Class<?>[] {Time.class},
                (self, method, args) ->
                        method.getName().equals("instant") ? clock.instant() : method.invoke(time, args));
    }

    @Test
    void aKeeperShowsWhatWasRenewedLast(@TempDir Path directory) throws Exception {
        awaitSignature();
        NodeCertificates first = join(directory.resolve("a"), TOKEN, "kept");
        NodeCertificates second = join(directory.resolve("b"), TOKEN, "kept");
        List<NodeCertificates> told = new CopyOnWriteArrayList<>();
        List<Runnable> timers = new CopyOnWriteArrayList<>();
        Time manual = (Time) Proxy.newProxyInstance(
                JoinTest.class.getClassLoader(), new Class<?>[] {Time.class}, (self, method, args) -> {
                    timers.add((Runnable) args[args.length - 1]);
                    return (Time.Timer) () -> {};
                });
        try (CertificateKeeper keeper = CertificateKeeper.start(first, () -> second, told::add, manual)) {
            assertThat(keeper.tls().chain()).isEqualTo(first.serving().chain());
            timers.getFirst().run();
            await().untilAsserted(() -> assertThat(timers).hasSize(2)); // it looks again in an hour
            assertThat(keeper.tls().chain()).isEqualTo(second.serving().chain());
            assertThat(told).containsExactly(second);
        }
    }

    /** The controller signs what is shown a moment after the token was made. */
    private void awaitSignature() {
        await().ignoreException(UserException.class)
                .untilAsserted(() -> assertThat(Discovery.authority(server, JoinToken.parse(TOKEN), time))
                        .isNotEmpty());
    }

    @Test
    void aDroppedConnectionIsNoEnd() throws Exception {
        awaitSignature();
        List<Duration> pauses = new ArrayList<>();
        try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread dropping = Thread.ofVirtual().start(() -> dropAll(nobody));
            URI dead = URI.create("https://127.0.0.1:" + nobody.getLocalPort());
            assertThatThrownBy(() -> Discovery.authority(dead, JoinToken.parse(TOKEN), noting(pauses)))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("cannot reach the cluster at " + dead);
            nobody.close();
            dropping.join();
        }
        assertThat(pauses).hasSize(4);
    }

    private static void dropAll(ServerSocket from) {
        while (true) {
            try {
                from.accept().close();
            } catch (IOException e) {
                return; // it is closed
            }
        }
    }

    private Time noting(List<Duration> pauses) {
        return (Time) Proxy.newProxyInstance(
                JoinTest.class.getClassLoader(), new Class<?>[] {Time.class}, (self, method, args) -> {
                    if (!method.getName().equals("sleep")) return method.invoke(time, args);
                    pauses.add((Duration) args[args.length - 1]);
                    return null;
                });
    }

    @Test
    void aTokenThatTheClusterDoesNotKnowIsRefused(@TempDir Path directory) {
        assertThatThrownBy(() -> join(directory, "zzzzzz.0123456789abcdef", "other"))
                .isInstanceOf(UserException.class)
                .hasMessage("the cluster does not know the token zzzzzz.…, or it has expired");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void withoutATokenNobodyJoins(@TempDir Path directory) {
        assertThatThrownBy(() -> join(directory, null, "other"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("give --token");
    }

    @Test
    void anAuthorityThatTheTokenHasNotSignedIsNotBelieved() {
        awaitSignature();
        JoinToken wrongSecret = JoinToken.parse("abcdef.ffffffffffffffff");
        assertThatThrownBy(() -> Discovery.authority(server, wrongSecret, time))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("was not signed with the token abcdef.…")
                .hasMessageNotContaining("ffff");
    }

    @Test
    void aSignatureOfSomethingElseIsNotBelieved() {
        ConfigMap map = new ConfigMapBuilder()
                .addToData("kubeconfig", "clusters: []")
                .addToData("jws-kubeconfig-abcdef", "eyJhbGciOiJub25lIiwia2lkIjoiYWJjZGVmIn0..")
                .build();
        assertThatThrownBy(() -> Discovery.verified(map, JoinToken.parse(TOKEN)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("was not signed");
    }

    @Test
    void whatIsNoTokenIsToldWithoutShowingIt() {
        assertThatThrownBy(() -> JoinToken.parse("secretsecret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secretsecret");
        assertThat(JoinToken.parse(TOKEN)).hasToString("abcdef.…");
    }
}
