package io.k8j.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServiceFluent;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.k8j.apiserver.ApiServerCore;
import io.k8j.apiserver.CoreConfig;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.client.Client;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.dns.TestQuestion.Seen;
import io.k8j.model.time.SystemTime;
import io.k8j.store.MemoryStore;
import io.k8j.store.Store;
import io.k8j.store.StoreConfig;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Questions through real sockets on loopback, with the cluster's objects in an API server of this JVM. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DnsServerTest {
    private static final UserInfo ADMIN = UserInfo.of("admin", "system:masters", "system:authenticated");
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final SystemTime time = new SystemTime();
    private Store store;
    private ApiServerCore core;
    private Client client;
    private DnsServer server;
    private DatagramSocket upstream;
    private final AtomicInteger upstreamQuestions = new AtomicInteger();

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        store = MemoryStore.open(StoreConfig.DEFAULTS);
        core = ApiServerCore.open(store, CoreConfig.DEFAULTS, time, ApiServerCore.Parts.open());
        client = new Client(core.transport(ADMIN, "test"), time, "test");
        upstream = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
        Thread.ofPlatform().daemon().start(this::answerAsUpstream);
        Path resolv = Files.writeString(
                dir.resolve("resolv.conf"), "search x\nnameserver 127.0.0.1:%d\n".formatted(upstream.getLocalPort()));
        server = DnsServer.start(
                DnsConfig.of(LOOPBACK, "cluster.local", List.of("10.43.0.10"), "node1")
                        .withResolvConf(resolv)
                        .withOwnRanges(List.of("10.42.0.0/16", "10.43.0.0/16"))
                        .withPublish(false),
                client);
        assertThat(server.awaitReady(Duration.ofSeconds(20))).isTrue();
        service(
                "web",
                s -> s.withClusterIP("10.43.0.20")
                        .addNewPort()
                        .withName("http")
                        .withPort(80)
                        .endPort()
                        .addNewPort()
                        .withName("https")
                        .withPort(443)
                        .endPort());
        service(
                "db",
                s -> s.withClusterIP("None")
                        .addNewPort()
                        .withName("pg")
                        .withPort(5432)
                        .endPort());
        slice("db-1", "db", "pg", 5432, List.of("10.42.0.1", "10.42.0.2"), List.of("db-0", "db-1"));
        service("away", s -> s.withType("ExternalName").withExternalName("www.example.com"));
        service("near", s -> s.withType("ExternalName").withExternalName("web.default.svc.cluster.local"));
    }

    @AfterAll
    void stop() {
        server.close();
        upstream.close();
        client.close();
        core.close();
        store.close();
        time.close();
    }

    /** Answers each question with 192.0.2.7 and a TTL of an hour; names with "slow" not at all. */
    private void answerAsUpstream() {
        byte[] buffer = new byte[4096];
        while (!upstream.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                upstream.receive(packet);
                upstreamQuestions.incrementAndGet();
                Query query = Query.decode(java.nio.ByteBuffer.wrap(buffer, 0, packet.getLength()));
                if (query.name().contains("slow")) continue;
                Reply reply = query.name().contains("missing")
                        ? Reply.none(
                                Wire.NXDOMAIN,
                                new Rr("com", 900, new Rr.Soa("ns.example.com", "root.example.com", 1, 60)))
                        : Reply.of(List.of(
                                new Rr(query.name(), 3600, new Rr.Address(InetAddress.ofLiteral("192.0.2.7")))));
                byte[] answer = ReplyWriter.write(query, reply, false);
                upstream.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (IOException e) {
                return;
            }
        }
    }

    private Service service(String name, Consumer<ServiceFluent<ServiceBuilder>.SpecNested<ServiceBuilder>> spec) {
        ServiceBuilder builder = new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .endMetadata();
        var nested = builder.withNewSpec();
        spec.accept(nested);
        nested.endSpec();
        return client.resources(Service.class).create(builder.build());
    }

    private EndpointSlice slice(
            String name, String service, String port, int number, List<String> addresses, List<String> hostnames) {
        EndpointSliceBuilder slice = new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .addToLabels("kubernetes.io/service-name", service)
                .endMetadata()
                .withAddressType("IPv4")
                .addNewPort()
                .withName(port)
                .withPort(number)
                .withProtocol("TCP")
                .endPort();
        for (int i = 0; i < addresses.size(); i++) {
            slice.addNewEndpoint()
                    .withAddresses(addresses.get(i))
                    .withHostname(i < hostnames.size() ? hostnames.get(i) : null)
                    .withNewConditions()
                    .withReady(true)
                    .endConditions()
                    .endEndpoint();
        }
        return client.resources(EndpointSlice.class).create(slice.build());
    }

    private Seen ask(String name, int type) {
        try {
            return TestQuestion.udp(server.address(), name, type);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(name, e);
        }
    }

    private List<String> settled(String name, int type) {
        await().until(() -> ask(name, type).rcode() == 0);
        return ask(name, type).data();
    }

    @Test
    void serviceNamesGiveTheClusterAddress() throws IOException {
        assertThat(settled("web.default.svc.cluster.local", Wire.A)).containsExactly("10.43.0.20");
        Seen seen = TestQuestion.tcp(server.address(), "WEB.Default.svc.Cluster.LOCAL", Wire.A);
        assertThat(seen.data()).containsExactly("10.43.0.20");
        assertThat(seen.authoritative()).isTrue();
        assertThat(new String(seen.bytes(), java.nio.charset.StandardCharsets.ISO_8859_1))
                .as("spelling of the question")
                .contains("Default");
    }

    @Test
    void missingTypesAndNamesDifferAndCarryASoa() {
        assertThat(settled("web.default.svc.cluster.local", Wire.A)).hasSize(1);
        Seen noData = ask("web.default.svc.cluster.local", Wire.AAAA);
        assertThat(noData.rcode()).isZero();
        assertThat(noData.answers()).isEmpty();
        assertThat(noData.authority())
                .containsExactly("cluster.local SOA ns.dns.cluster.local hostmaster.cluster.local");
        Seen none = ask("nothing.default.svc.cluster.local", Wire.A);
        assertThat(none.rcode()).isEqualTo(Wire.NXDOMAIN);
        assertThat(none.authority()).hasSize(1);
        assertThat(ask("web.nowhere.svc.cluster.local", Wire.A).rcode()).isEqualTo(Wire.NXDOMAIN);
        assertThat(ask("default.svc.cluster.local", Wire.A).rcode()).isZero();
        assertThat(ask("a.b.web.default.svc.cluster.local", Wire.A).rcode()).isEqualTo(Wire.NXDOMAIN);
    }

    @Test
    void namedPortsGiveServiceRecords() {
        await().until(() -> ask("web.default.svc.cluster.local", Wire.A).rcode() == 0);
        Seen seen = ask("_http._tcp.web.default.svc.cluster.local", Wire.SRV);
        assertThat(seen.data()).containsExactly("0 100 80 web.default.svc.cluster.local");
        assertThat(seen.more()).containsExactly("web.default.svc.cluster.local A 10.43.0.20");
        assertThat(ask("_http._udp.web.default.svc.cluster.local", Wire.SRV).rcode())
                .isEqualTo(Wire.NXDOMAIN);
        assertThat(ask("web.default.svc.cluster.local", Wire.SRV).data())
                .containsExactly("0 50 443 web.default.svc.cluster.local", "0 50 80 web.default.svc.cluster.local");
    }

    @Test
    void headlessServicesGiveTheirEndpoints() {
        assertThat(settled("db.default.svc.cluster.local", Wire.A)).containsExactly("10.42.0.1", "10.42.0.2");
        assertThat(ask("db-1.db.default.svc.cluster.local", Wire.A).data()).containsExactly("10.42.0.2");
        assertThat(ask("db-7.db.default.svc.cluster.local", Wire.A).rcode()).isEqualTo(Wire.NXDOMAIN);
        Seen srv = ask("_pg._tcp.db.default.svc.cluster.local", Wire.SRV);
        assertThat(srv.data())
                .containsExactly(
                        "0 50 5432 db-0.db.default.svc.cluster.local", "0 50 5432 db-1.db.default.svc.cluster.local");
        assertThat(srv.more()).hasSize(2);
    }

    @Test
    void addressesLeadBackToNames() {
        assertThat(settled("20.0.43.10.in-addr.arpa", Wire.PTR)).containsExactly("web.default.svc.cluster.local");
        assertThat(settled("1.0.42.10.in-addr.arpa", Wire.PTR)).containsExactly("db-0.db.default.svc.cluster.local");
        int asked = upstreamQuestions.get();
        assertThat(ask("77.77.43.10.in-addr.arpa", Wire.PTR).rcode()).isEqualTo(Wire.NXDOMAIN);
        assertThat(upstreamQuestions.get()).isEqualTo(asked);
    }

    @Test
    void podNamesGiveTheAddressTheySpell() {
        assertThat(ask("10-42-0-9.default.pod.cluster.local", Wire.A).data()).containsExactly("10.42.0.9");
        assertThat(ask("fd00--9.default.pod.cluster.local", Wire.AAAA).data()).containsExactly("fd00:0:0:0:0:0:0:9");
        assertThat(ask("ten-42-0-9.default.pod.cluster.local", Wire.A).rcode()).isEqualTo(Wire.NXDOMAIN);
        assertThat(ask("10-42-0-9.nowhere.pod.cluster.local", Wire.A).rcode()).isEqualTo(Wire.NXDOMAIN);
    }

    @Test
    void externalNamesAreFollowed() {
        assertThat(settled("near.default.svc.cluster.local", Wire.A))
                .containsExactly("10.43.0.20", "web.default.svc.cluster.local");
        assertThat(settled("away.default.svc.cluster.local", Wire.A)).containsExactly("192.0.2.7", "www.example.com");
        assertThat(ask("away.default.svc.cluster.local", Wire.CNAME).data()).containsExactly("www.example.com");
    }

    @Test
    void theZoneDescribesItself() {
        assertThat(ask("dns-version.cluster.local", Wire.TXT).data()).containsExactly("1.1.0");
        assertThat(ask("cluster.local", Wire.NS).data()).containsExactly("ns.dns.cluster.local");
        assertThat(ask("ns.dns.cluster.local", Wire.A).data()).containsExactly("10.43.0.10");
        assertThat(ask("cluster.local", Wire.SOA).data()).hasSize(1);
        assertThat(ask("cluster.local", Wire.ANY).rcode()).isEqualTo(Wire.REFUSED);
    }

    @Test
    void changesShowAtOnce() {
        service(
                "moving",
                s -> s.withClusterIP("10.43.0.30").addNewPort().withPort(80).endPort());
        assertThat(settled("moving.default.svc.cluster.local", Wire.A)).containsExactly("10.43.0.30");
        client.resources(Service.class).delete(new ObjectKey("default", "moving"), DeleteOptions.DEFAULT);
        await().until(() -> ask("moving.default.svc.cluster.local", Wire.A).rcode() == Wire.NXDOMAIN);
        client.resources(io.fabric8.kubernetes.api.model.Namespace.class)
                .create(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("fresh")
                        .endMetadata()
                        .build());
        await().until(() -> ask("1-2-3-4.fresh.pod.cluster.local", Wire.A).rcode() == 0);
    }

    @Test
    void otherNamesAreAskedForOnceAndRemembered() {
        assertThat(ask("host.example.com", Wire.A).data()).containsExactly("192.0.2.7");
        int asked = upstreamQuestions.get();
        Seen again = ask("HOST.example.com", Wire.A);
        assertThat(again.data()).containsExactly("192.0.2.7");
        assertThat(upstreamQuestions.get()).isEqualTo(asked);
        assertThat(ask("missing.example.com", Wire.A).rcode()).isEqualTo(Wire.NXDOMAIN);
        assertThat(ask("missing.example.com", Wire.A).rcode()).isEqualTo(Wire.NXDOMAIN);
        assertThat(upstreamQuestions.get()).isEqualTo(asked + 1);
    }

    @Test
    void silentResolversGiveServfailWhichIsRemembered() {
        assertThat(ask("slow.example.com", Wire.A).rcode()).isEqualTo(Wire.SERVFAIL);
        int asked = upstreamQuestions.get();
        assertThat(ask("slow.example.com", Wire.A).rcode()).isEqualTo(Wire.SERVFAIL);
        assertThat(upstreamQuestions.get()).as("remembered").isEqualTo(asked);
    }

    @Test
    void longAnswersAreCutOverUdpAndWholeOverTcp() throws IOException {
        service(
                "many",
                s -> s.withClusterIP("None")
                        .addNewPort()
                        .withName("p")
                        .withPort(1)
                        .endPort());
        List<String> addresses = new java.util.ArrayList<>();
        for (int i = 0; i < 100; i++) addresses.add("10.42.7." + i);
        slice("many-1", "many", "p", 1, addresses, List.of());
        settled("many.default.svc.cluster.local", Wire.A);
        Seen cut = ask("many.default.svc.cluster.local", Wire.A);
        assertThat(cut.truncated()).isTrue();
        assertThat(cut.bytes().length).isBetween(400, 512);
        Seen larger = TestQuestion.decode(
                TestQuestion.udp(server.address(), TestQuestion.encode(1, "many.default.svc.cluster.local", 1, 1400)));
        assertThat(larger.bytes().length).isBetween(1100, 1232);
        Seen whole = TestQuestion.tcp(server.address(), "many.default.svc.cluster.local", Wire.A);
        assertThat(whole.truncated()).isFalse();
        assertThat(whole.answers()).hasSize(100);
    }

    @Test
    void brokenMessagesDoNoHarm() throws IOException {
        Random random = new Random(7);
        byte[] good = TestQuestion.encode(9, "web.default.svc.cluster.local", Wire.A, 1232);
        try (DatagramSocket socket = new DatagramSocket()) {
            for (int i = 0; i < 3000; i++) {
                byte[] bytes = i % 2 == 0 ? new byte[random.nextInt(80)] : good.clone();
                if (i % 2 == 0) random.nextBytes(bytes);
                else bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                if (i % 5 == 0) bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
                if (bytes.length > 2) bytes[2] &= 0x7f;
                socket.send(new DatagramPacket(bytes, bytes.length, server.address()));
            }
        }
        assertThat(settled("web.default.svc.cluster.local", Wire.A)).hasSize(1);
        byte[] twoQuestions = TestQuestion.encode(5, "a", 1, 0);
        twoQuestions[5] = 2;
        assertThat(TestQuestion.udp(server.address(), twoQuestions)[3] & 15).isEqualTo(Wire.FORMERR);
        byte[] notify = TestQuestion.encode(5, "a", 1, 0);
        notify[2] |= 0x20;
        assertThat(TestQuestion.udp(server.address(), notify)[3] & 15).isEqualTo(Wire.NOTIMP);
    }

    @Test
    void metricsCountRequests() throws Exception {
        ask("web.default.svc.cluster.local", Wire.A);
        HttpClient http = HttpClient.newHttpClient();
        URI base = URI.create("http://127.0.0.1:" + server.httpPort());
        HttpResponse<String> metrics = http.send(
                HttpRequest.newBuilder(base.resolve("/metrics")).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(metrics.body()).contains("coredns_dns_requests_total{family=\"1\",proto=\"udp\"");
        assertThat(http.send(
                                HttpRequest.newBuilder(base.resolve("/ready")).build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void theServerIsPublishedAsKubeDns() throws Exception {
        // EndpointSlices refuse loopback addresses, so this one is only named, not bound.
        DnsConfig config =
                DnsConfig.of(InetAddress.ofLiteral("10.42.0.1"), "cluster.local", List.of("10.43.0.10"), "n1");
        try (Publisher publisher = new Publisher(client, config, 5353, 9153)) {
            assertThat(publisher.awaitPublished(Duration.ofSeconds(20))).isTrue();
            assertThat(settled("kube-dns.kube-system.svc.cluster.local", Wire.A))
                    .containsExactly("10.43.0.10");
            ObjectKey slice = new ObjectKey("kube-system", "kube-dns-n1");
            assertThat(client.resources(EndpointSlice.class).get(slice).getPorts())
                    .extracting(port -> port.getName() + "/" + port.getProtocol() + "/" + port.getPort())
                    .containsExactly("dns/UDP/5353", "dns-tcp/TCP/5353", "metrics/TCP/9153");
            String version = client.resources(EndpointSlice.class)
                    .get(slice)
                    .getMetadata()
                    .getResourceVersion();
            publisher.ensure();
            assertThat(client.resources(EndpointSlice.class)
                            .get(slice)
                            .getMetadata()
                            .getResourceVersion())
                    .as("a repeat writes nothing")
                    .isEqualTo(version);
            client.resources(EndpointSlice.class).delete(slice, DeleteOptions.DEFAULT);
            publisher.review();
            await().until(() ->
                    client.resources(EndpointSlice.class).find(slice).isPresent());
        }
    }
}
