package io.k8j.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Real connections between network namespaces of this test, with the Services in an API server of this JVM. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxierTest {
    private static final String TABLE = "k8jtest";
    private static final ProxyConfig CONFIG = ProxyConfig.of(
                    "node1", List.of(TestNetwork.NODE_IP), List.of("10.42.0.0/16"), List.of("10.43.0.0/16"))
            .withTable(TABLE)
            .withCheckPeriod(Duration.ofMillis(500));

    private TestNetwork network;
    private TestCluster cluster;
    private Proxier proxier;

    @BeforeAll
    void start() throws Exception {
        TestNetwork.obstacle().ifPresent(reason -> assumeTrue(false, reason));
        network = TestNetwork.create();
        cluster = new TestCluster();
        for (int pod = 1; pod <= 3; pod++) {
            network.serve("pod" + pod, "TCP", 8080);
            network.serve("pod" + pod, "UDP", 5300);
        }
        network.serve("node", "TCP", 6443);
        proxier = Proxier.start(CONFIG, cluster.client, network.in("node"));
        assertThat(proxier.awaitReady(Duration.ofSeconds(20))).isTrue();
        await().until(() -> network.ask("node", "TCP", "10.42.0.4", 8080).startsWith("pod3"));
    }

    @AfterAll
    void stop() throws IOException {
        if (proxier != null) proxier.close();
        if (cluster != null) cluster.close();
        if (network != null) network.close();
    }

    private Service service(String name, String protocol, int port, Consumer<ServiceBuilder> change) {
        ServiceBuilder builder = new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .addNewPort()
                .withName("p")
                .withProtocol(protocol)
                .withPort(port)
                .endPort()
                .endSpec();
        change.accept(builder);
        return cluster.client.resources(Service.class).create(builder.build());
    }

    private static Consumer<ServiceBuilder> ip(String address) {
        return b -> b.editSpec().withClusterIP(address).endSpec();
    }

    /** Makes or replaces the slice of a Service; Pods are the last bytes of 10.42.0.x, a leading '-' means elsewhere. */
    private void endpoints(String service, String protocol, int port, String... addresses) {
        EndpointSliceBuilder slice = new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(service + "-1")
                .addToLabels("kubernetes.io/service-name", service)
                .endMetadata()
                .withAddressType("IPv4")
                .addNewPort()
                .withName("p")
                .withPort(port)
                .withProtocol(protocol)
                .endPort();
        for (String address : addresses) {
            slice.addNewEndpoint()
                    .withAddresses(address.replace("-", ""))
                    .withNodeName(address.startsWith("-") ? "node2" : "node1")
                    .withNewConditions()
                    .withReady(true)
                    .endConditions()
                    .endEndpoint();
        }
        var slices = cluster.client.resources(EndpointSlice.class);
        var old = slices.find(new ObjectKey("default", service + "-1"));
        if (old.isEmpty()) {
            slices.create(slice.build());
        } else {
            slices.update(slice.editMetadata()
                    .withResourceVersion(old.get().getMetadata().getResourceVersion())
                    .endMetadata()
                    .build());
        }
    }

    private Set<String> askOften(String who, String address, int port) {
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 25; i++) answers.add(network.ask(who, "TCP", address, port));
        return answers;
    }

    private void awaitAnswer(String who, String protocol, String address, int port, String begin) {
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() ->
                        assertThat(network.ask(who, protocol, address, port)).startsWith(begin));
    }

    @Test
    void podsReachAllEndpointsUnderTheirOwnAddress() {
        service("web", "TCP", 80, ip("10.43.1.1"));
        endpoints("web", "TCP", 8080, "10.42.0.2", "10.42.0.3");
        awaitAnswer("pod3", "TCP", "10.43.1.1", 80, "pod");
        assertThat(askOften("pod3", "10.43.1.1", 80)).containsExactly("pod1 10.42.0.4", "pod2 10.42.0.4");
        assertThat(askOften("node", "10.43.1.1", 80)).containsExactly("pod1 10.42.0.1", "pod2 10.42.0.1");
        assertThat(network.ask("pod3", "TCP", "10.43.1.1", 81))
                .as("another port")
                .isEqualTo("refused");
        assertThat(network.ask("pod3", "TCP", "10.43.99.99", 80))
                .as("no such Service")
                .isEqualTo("silent");
    }

    @Test
    void aPodReachesItselfThroughItsService() {
        service("self", "TCP", 80, ip("10.43.1.2"));
        endpoints("self", "TCP", 8080, "10.42.0.2");
        awaitAnswer("pod1", "TCP", "10.43.1.2", 80, "pod1 10.42.0.1");
    }

    @Test
    void theNodeItselfCanBeTheEndpoint() {
        service("apiserver", "TCP", 443, ip("10.43.1.3"));
        endpoints("apiserver", "TCP", 6443, TestNetwork.NODE_IP);
        awaitAnswer("pod1", "TCP", "10.43.1.3", 443, "node 10.42.0.2");
        awaitAnswer("node", "TCP", "10.43.1.3", 443, "node");
    }

    @Test
    void servicesWithoutEndpointsRefuse() {
        service("empty", "TCP", 80, ip("10.43.1.4"));
        awaitAnswer("pod1", "TCP", "10.43.1.4", 80, "refused");
        awaitAnswer("node", "TCP", "10.43.1.4", 80, "refused");
        endpoints("empty", "TCP", 8080, "10.42.0.3");
        awaitAnswer("pod1", "TCP", "10.43.1.4", 80, "pod2");
        endpoints("empty", "TCP", 8080);
        awaitAnswer("pod1", "TCP", "10.43.1.4", 80, "refused");
    }

    @Test
    void nodePortsAreReachedFromOutsideAndWithin() {
        service(
                "np",
                "TCP",
                80,
                b -> b.editSpec()
                        .withType("NodePort")
                        .withClusterIP("10.43.1.5")
                        .editFirstPort()
                        .withNodePort(30080)
                        .endPort()
                        .endSpec());
        endpoints("np", "TCP", 8080, "10.42.0.2", "10.42.0.3");
        awaitAnswer("outside", "TCP", TestNetwork.NODE_IP, 30080, "pod");
        assertThat(askOften("outside", TestNetwork.NODE_IP, 30080)).containsExactly("pod1 10.42.0.1", "pod2 10.42.0.1");
        awaitAnswer("node", "TCP", TestNetwork.NODE_IP, 30080, "pod");
        awaitAnswer("pod1", "TCP", TestNetwork.NODE_IP, 30080, "pod");
        endpoints("np", "TCP", 8080);
        awaitAnswer("outside", "TCP", TestNetwork.NODE_IP, 30080, "refused");
    }

    @Test
    void policyLocalKeepsTheClientsAddressAndUsesThisNodeOnly() {
        service(
                "local",
                "TCP",
                80,
                b -> b.editSpec()
                        .withType("NodePort")
                        .withClusterIP("10.43.1.6")
                        .withExternalTrafficPolicy("Local")
                        .editFirstPort()
                        .withNodePort(30081)
                        .endPort()
                        .endSpec());
        endpoints("local", "TCP", 8080, "10.42.0.2", "-10.42.0.3");
        awaitAnswer("outside", "TCP", TestNetwork.NODE_IP, 30081, "pod1 " + TestNetwork.OUTSIDE_IP);
        assertThat(askOften("outside", TestNetwork.NODE_IP, 30081)).containsExactly("pod1 " + TestNetwork.OUTSIDE_IP);
        assertThat(askOften("pod3", "10.43.1.6", 80)).hasSize(2);
        endpoints("local", "TCP", 8080, "-10.42.0.3");
        awaitAnswer("outside", "TCP", TestNetwork.NODE_IP, 30081, "silent");
    }

    @Test
    void affinitySendsAClientToTheSameEndpoint() {
        Service service = service(
                "sticky",
                "TCP",
                80,
                b -> b.editSpec()
                        .withClusterIP("10.43.1.7")
                        .withSessionAffinity("ClientIP")
                        .withNewSessionAffinityConfig()
                        .withNewClientIP(10800)
                        .endSessionAffinityConfig()
                        .endSpec());
        endpoints("sticky", "TCP", 8080, "10.42.0.2", "10.42.0.3", "10.42.0.4");
        awaitAnswer("node", "TCP", "10.43.1.7", 80, "pod");
        assertThat(askOften("node", "10.43.1.7", 80)).hasSize(1);
        cluster.client
                .resources(Service.class)
                .update(new ServiceBuilder(service)
                        .editSpec()
                        .withSessionAffinity("None")
                        .withSessionAffinityConfig(null)
                        .endSpec()
                        .build());
        await().untilAsserted(
                        () -> assertThat(askOften("node", "10.43.1.7", 80)).hasSize(3));
    }

    @Test
    void udpFlowsMoveWithTheirEndpoints() {
        service("dns", "UDP", 53, ip("10.43.1.8"));
        endpoints("dns", "UDP", 5300, "10.42.0.2");
        awaitAnswer("pod3", "UDP", "10.43.1.8", 53, "pod1");
        endpoints("dns", "UDP", 5300, "10.42.0.3");
        awaitAnswer("pod3", "UDP", "10.43.1.8", 53, "pod2");
    }

    @Test
    void externalAddressesAndSourceRangesAreObserved() {
        service(
                "ext",
                "TCP",
                80,
                b -> b.editSpec()
                        .withClusterIP("10.43.1.9")
                        .withExternalIPs("203.0.113.7")
                        .endSpec());
        endpoints("ext", "TCP", 8080, "10.42.0.2");
        awaitAnswer("outside", "TCP", "203.0.113.7", 80, "pod1 10.42.0.1");
        Service lb = service(
                "lb",
                "TCP",
                80,
                b -> b.editSpec()
                        .withType("LoadBalancer")
                        .withClusterIP("10.43.1.10")
                        .withLoadBalancerSourceRanges("198.51.100.0/24")
                        .editFirstPort()
                        .withNodePort(30082)
                        .endPort()
                        .endSpec());
        endpoints("lb", "TCP", 8080, "10.42.0.2");
        cluster.client
                .resources(Service.class)
                .updateStatus(new ServiceBuilder(lb)
                        .withNewStatus()
                        .withNewLoadBalancer()
                        .addNewIngress()
                        .withIp("203.0.113.8")
                        .endIngress()
                        .endLoadBalancer()
                        .endStatus()
                        .build());
        awaitAnswer("outside", "TCP", TestNetwork.NODE_IP, 30082, "pod1");
        assertThat(network.ask("outside", "TCP", "203.0.113.8", 80)).isEqualTo("silent");
    }

    @Test
    void removedRulesComeBackAndStopLeavesThem() throws Exception {
        service("stays", "TCP", 80, ip("10.43.1.11"));
        endpoints("stays", "TCP", 8080, "10.42.0.4");
        awaitAnswer("pod1", "TCP", "10.43.1.11", 80, "pod3");
        network.in("node").run("", "nft", "flush", "ruleset");
        awaitAnswer("pod1", "TCP", "10.43.1.11", 80, "pod3");
        Proxier second = Proxier.start(CONFIG.withTable("k8jtest2"), cluster.client, network.in("node"));
        assertThat(second.awaitReady(Duration.ofSeconds(20))).isTrue();
        second.close();
        Nft nft = new Nft(network.in("node"), Table.name("k8jtest2"), Family.V4);
        assertThat(nft.present(new HashMap<>())).as("rules after the stop").isPresent();
        Proxier.removeAll("k8jtest2", network.in("node"));
        assertThat(nft.present(new HashMap<>())).isEmpty();
    }

    @Test
    void aStartTakesAnEarlierTableOver() throws Exception {
        Commands node = network.in("node");
        String table = "ip k8jtest3-proxy";
        node.run(
                "add table %1$s\nadd chain %1$s endpoint-OLD\nadd chain %1$s old\nadd rule %1$s old goto endpoint-OLD\n"
                        .formatted(table),
                "nft",
                "-f",
                "-");
        try (Proxier third = Proxier.start(CONFIG.withTable("k8jtest3"), cluster.client, node)) {
            assertThat(third.awaitReady(Duration.ofSeconds(20))).isTrue();
            Nft nft = new Nft(node, "k8jtest3-proxy", Family.V4);
            await().untilAsserted(() -> assertThat(
                            nft.present(new HashMap<>()).orElseThrow().chains())
                    .contains("services")
                    .doesNotContain("old", "endpoint-OLD"));
        }
        Proxier.removeAll("k8jtest3", node);
    }

    @Test
    void deletedServicesLeaveNothing() throws Exception {
        service("gone", "TCP", 80, ip("10.43.1.12"));
        endpoints("gone", "TCP", 8080, "10.42.0.2");
        awaitAnswer("pod2", "TCP", "10.43.1.12", 80, "pod1");
        cluster.client.resources(Service.class).delete(new ObjectKey("default", "gone"), DeleteOptions.DEFAULT);
        Nft nft = new Nft(network.in("node"), Table.name(TABLE), Family.V4);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(
                                nft.present(new HashMap<>()).orElseThrow().chains())
                        .noneMatch(chain -> chain.contains("gone")));
    }

    @Test
    void podsLeaveTheClusterUnderTheNodesAddress() throws IOException {
        network.serve("outside", "TCP", 7000);
        awaitAnswer("pod1", "TCP", TestNetwork.OUTSIDE_IP, 7000, "outside " + TestNetwork.NODE_IP);
    }

    @Test
    void programsOfTheNodeNeedNoDefaultRoute() throws Exception {
        service("routed", "TCP", 80, ip("10.43.1.13"));
        endpoints("routed", "TCP", 8080, "10.42.0.2");
        Commands node = network.in("node");
        awaitAnswer("node", "TCP", "10.43.1.13", 80, "pod1");
        node.run("", "ip", "route", "del", "default");
        try {
            assertThat(network.ask("node", "TCP", "10.43.1.13", 80)).contains("unreachable");
            NodeSetup.routeServices(node, Family.V4, List.of("10.43.0.0/16"));
            assertThat(network.ask("node", "TCP", "10.43.1.13", 80)).isEqualTo("pod1 10.42.0.1");
            assertThat(network.ask("pod2", "TCP", "10.43.1.13", 80)).isEqualTo("pod1 10.42.0.3");
            assertThat(network.ask("pod2", "TCP", "10.43.1.13", 81)).isEqualTo("refused");
        } finally {
            NodeSetup.unrouteServices(node, Family.V4);
            node.run("", "ip", "route", "add", "default", "via", TestNetwork.OUTSIDE_IP);
        }
    }

    @Test
    void healthPortsTellWhetherThisNodeHasEndpoints() throws Exception {
        int port;
        try (java.net.ServerSocket free = new java.net.ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (HealthServer health = new HealthServer();
                java.net.http.HttpClient http = java.net.http.HttpClient.newHttpClient()) {
            var request = java.net.http.HttpRequest.newBuilder(java.net.URI.create("http://127.0.0.1:" + port + "/"))
                    .build();
            health.update(java.util.Map.of(port, new HealthServer.Answer(new ObjectKey("ns", "lb"), 2)));
            var good = http.send(request, java.net.http.HttpResponse.BodyHandlers.ofString());
            assertThat(good.statusCode()).isEqualTo(200);
            assertThat(good.body()).contains("\"localEndpoints\": 2");
            health.update(java.util.Map.of(port, new HealthServer.Answer(new ObjectKey("ns", "lb"), 0)));
            assertThat(http.send(request, java.net.http.HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(503);
        }
    }

    @Test
    void theKernelTakesTheRulesOfBothFamiliesAndAllProtocols() throws Exception {
        ProxyConfig dual = ProxyConfig.of(
                        "node1",
                        List.of(TestNetwork.NODE_IP),
                        List.of("10.42.0.0/16", "fd42::/48"),
                        List.of("10.43.0.0/16", "fd43::/112"))
                .withTable("k8jtest4");
        for (Family family : Family.values()) {
            String address = family == Family.V4 ? "10.42.0.9" : "fd42::9";
            Service service = Samples.service(s -> s.editSpec()
                    .withClusterIP(family == Family.V4 ? "10.43.0.9" : "fd43::9")
                    .withSessionAffinity("ClientIP")
                    .withType("LoadBalancer")
                    .withExternalTrafficPolicy("Local")
                    .withLoadBalancerSourceRanges("192.0.2.0/24", "fd99::/64")
                    .withPorts(List.of())
                    .addToPorts(port("t", "TCP"))
                    .addToPorts(port("u", "UDP"))
                    .addToPorts(port("s", "SCTP"))
                    .endSpec()
                    .withNewStatus()
                    .withNewLoadBalancer()
                    .addNewIngress()
                    .withIp(family == Family.V4 ? "203.0.113.9" : "fd98::9")
                    .endIngress()
                    .endLoadBalancer()
                    .endStatus());
            EndpointSliceBuilder slice = new EndpointSliceBuilder(Samples.slice(Samples.ready(address, "node1")))
                    .withAddressType(family.addressType)
                    .withPorts(List.of());
            for (String protocol : List.of("TCP", "UDP", "SCTP")) {
                slice.addNewPort("", protocol.substring(0, 1).toLowerCase(java.util.Locale.ROOT), 8080, protocol);
            }
            NodeView node = NodeView.of(dual, family, "", false);
            Commands commands = network.in("node");
            Table table = new Table(dual, family, commands, node);
            table.put(new ObjectKey("ns", "web"), ServiceRules.of(service, List.of(slice.build()), node));
            table.sync(0);
            assertThat(table.isIntact()).isTrue();
            assertThat(table.services().get(new ObjectKey("ns", "web")).rules().chains())
                    .hasSizeGreaterThan(9);
            table.put(new ObjectKey("ns", "web"), ServiceRules.NONE);
            table.sync(0);
            table.removeIdle(Duration.ofSeconds(2).toNanos());
            assertThat(table.isIntact()).isTrue();
            assertThat(table.hasIdle()).isFalse();
        }
        Proxier.removeAll("k8jtest4", network.in("node"));
    }

    private static io.fabric8.kubernetes.api.model.ServicePort port(String name, String protocol) {
        return new io.fabric8.kubernetes.api.model.ServicePortBuilder()
                .withName(name)
                .withProtocol(protocol)
                .withPort(80)
                .withNodePort(31001)
                .build();
    }

    @Test
    void changesReachTheKernelWithinMilliseconds() {
        service("quick", "TCP", 80, ip("10.43.1.14"));
        awaitAnswer("pod1", "TCP", "10.43.1.14", 80, "refused");
        Nft nft = new Nft(network.in("node"), Table.name(TABLE), Family.V4);
        List<Long> took = new java.util.ArrayList<>();
        for (int i = 0; i < 10; i++) {
            long begin = System.nanoTime();
            endpoints("quick", "TCP", 9000 + i, "10.42.0.2");
            String chain = "__10.42.0.2/" + (9000 + i);
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> nft.present(new HashMap<>()).orElseThrow().chains().stream()
                            .anyMatch(name -> name.endsWith(chain)));
            took.add((System.nanoTime() - begin) / 1_000_000);
        }
        assertThat(took.stream().sorted().toList().get(5))
                .as("median of %s ms", took)
                .isLessThan(500);
        org.slf4j.LoggerFactory.getLogger(ProxierTest.class).info("slice to kernel, with the look at it: {} ms", took);
    }
}
