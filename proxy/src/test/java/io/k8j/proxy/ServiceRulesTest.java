package io.k8j.proxy;

import static io.k8j.proxy.Samples.NODE;
import static io.k8j.proxy.Samples.endpoint;
import static io.k8j.proxy.Samples.ready;
import static io.k8j.proxy.Samples.service;
import static io.k8j.proxy.Samples.slice;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What one Service adds to the table, as text without the hashes in names. */
class ServiceRulesTest {
    record Case(String name, Service service, EndpointSlice slice, String rules) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String ENDPOINT_2 = """
            endpoint-ns/web/tcp/http__10.42.0.2/8080: ip saddr 10.42.0.2 jump mark-for-masquerade
            endpoint-ns/web/tcp/http__10.42.0.2/8080: meta l4proto tcp dnat to 10.42.0.2:8080
            """;
    private static final String ENDPOINT_3 = ENDPOINT_2.replace("10.42.0.2", "10.42.0.3");
    private static final String TO_SERVICE =
            "ip daddr 10.43.0.5 tcp dport 80 ip saddr != { 10.42.0.0/16 } jump mark-for-masquerade\n";
    private static final String ONE =
            "numgen random mod 1 vmap { 0 : goto endpoint-ns/web/tcp/http__10.42.0.2/8080 }\n";
    private static final String CLUSTER_IP = "cluster-ips { 10.43.0.5 }\n";

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "traffic is spread over ready endpoints",
                        service(s -> {}),
                        slice(ready("10.42.0.3", "node2"), ready("10.42.0.2", "node1")),
                        ENDPOINT_2 + ENDPOINT_3 + "service-ns/web/tcp/http: " + TO_SERVICE
                                + "service-ns/web/tcp/http: numgen random mod 2 vmap { 0 : goto endpoint-ns/web/tcp/http__10.42.0.2/8080,"
                                + " 1 : goto endpoint-ns/web/tcp/http__10.42.0.3/8080 }\n"
                                + CLUSTER_IP
                                + "service-ips { 10.43.0.5 . tcp . 80 : goto service-ns/web/tcp/http }\n"),
                new Case(
                        "without endpoints traffic is rejected",
                        service(s -> {}),
                        slice(),
                        CLUSTER_IP + "no-endpoint-services { 10.43.0.5 . tcp . 80 : goto reject-chain }\n"),
                new Case(
                        "endpoints that are not ready get nothing",
                        service(s -> {}),
                        slice(endpoint("10.42.0.2", "node1", false, false, false, e -> e)),
                        CLUSTER_IP + "no-endpoint-services { 10.43.0.5 . tcp . 80 : goto reject-chain }\n"),
                new Case(
                        "terminating endpoints that still serve are better than none",
                        service(s -> {}),
                        slice(
                                endpoint("10.42.0.2", "node1", false, true, true, e -> e),
                                endpoint("10.42.0.3", "node1", false, false, true, e -> e)),
                        ENDPOINT_2 + "service-ns/web/tcp/http: " + TO_SERVICE + "service-ns/web/tcp/http: " + ONE
                                + CLUSTER_IP + "service-ips { 10.43.0.5 . tcp . 80 : goto service-ns/web/tcp/http }\n"),
                new Case(
                        "internal policy Local drops what has no endpoint on this node",
                        service(s ->
                                s.editSpec().withInternalTrafficPolicy("Local").endSpec()),
                        slice(ready("10.42.0.3", "node2")),
                        CLUSTER_IP + "no-endpoint-services { 10.43.0.5 . tcp . 80 : drop }\n"),
                new Case(
                        "internal policy Local uses endpoints on this node only",
                        service(s ->
                                s.editSpec().withInternalTrafficPolicy("Local").endSpec()),
                        slice(ready("10.42.0.2", "node1"), ready("10.42.0.3", "node2")),
                        ENDPOINT_2 + "local-ns/web/tcp/http: " + TO_SERVICE + "local-ns/web/tcp/http: " + ONE
                                + CLUSTER_IP + "service-ips { 10.43.0.5 . tcp . 80 : goto local-ns/web/tcp/http }\n"),
                new Case(
                        "a node port masquerades and uses all endpoints",
                        service(nodePort("Cluster")),
                        slice(ready("10.42.0.2", "node1")),
                        ENDPOINT_2
                                + "external-ns/web/tcp/http: jump mark-for-masquerade\n"
                                + "external-ns/web/tcp/http: goto service-ns/web/tcp/http\n"
                                + "service-ns/web/tcp/http: " + TO_SERVICE + "service-ns/web/tcp/http: " + ONE
                                + CLUSTER_IP + "service-ips { 10.43.0.5 . tcp . 80 : goto service-ns/web/tcp/http }\n"
                                + "service-nodeports { tcp . 30080 : goto external-ns/web/tcp/http }\n"),
                new Case(
                        "external policy Local keeps outside clients' addresses but serves Pods by all endpoints",
                        service(nodePort("Local")),
                        slice(ready("10.42.0.3", "node2")),
                        ENDPOINT_3
                                + """
                                external-ns/web/tcp/http: ip saddr { 10.42.0.0/16 } goto service-ns/web/tcp/http
                                external-ns/web/tcp/http: fib saddr type local jump mark-for-masquerade
                                external-ns/web/tcp/http: fib saddr type local goto service-ns/web/tcp/http
                                """
                                + "service-ns/web/tcp/http: " + TO_SERVICE + "service-ns/web/tcp/http: "
                                + ONE.replace("10.42.0.2", "10.42.0.3") + CLUSTER_IP
                                + "no-endpoint-nodeports { tcp . 30080 : drop }\n"
                                + "service-ips { 10.43.0.5 . tcp . 80 : goto service-ns/web/tcp/http }\n"
                                + "service-nodeports { tcp . 30080 : goto external-ns/web/tcp/http }\n"),
                new Case(
                        "affinity remembers the client per endpoint",
                        service(s -> s.editSpec()
                                .withSessionAffinity("ClientIP")
                                .withNewSessionAffinityConfig()
                                .withNewClientIP(60)
                                .endSessionAffinityConfig()
                                .endSpec()),
                        slice(ready("10.42.0.2", "node1")),
                        "endpoint-ns/web/tcp/http__10.42.0.2/8080: ip saddr 10.42.0.2 jump mark-for-masquerade\n"
                                + "endpoint-ns/web/tcp/http__10.42.0.2/8080: update @affinity-ns/web/tcp/http__10.42.0.2/8080 { ip saddr timeout 60s }\n"
                                + "endpoint-ns/web/tcp/http__10.42.0.2/8080: meta l4proto tcp dnat to 10.42.0.2:8080\n"
                                + "service-ns/web/tcp/http: " + TO_SERVICE
                                + "service-ns/web/tcp/http: ip saddr @affinity-ns/web/tcp/http__10.42.0.2/8080 goto endpoint-ns/web/tcp/http__10.42.0.2/8080\n"
                                + "service-ns/web/tcp/http: " + ONE + CLUSTER_IP
                                + "service-ips { 10.43.0.5 . tcp . 80 : goto service-ns/web/tcp/http }\n"),
                new Case(
                        "source ranges of a load balancer that hold this node let its own address in",
                        service(balancer("203.0.113.1", "VIP", "198.51.100.0/24", "192.0.2.0/24")),
                        slice(),
                        "firewall-ns/web/tcp/http: ip saddr != { 192.0.2.0/24, 198.51.100.0/24, 203.0.113.1 } drop\n"
                                + CLUSTER_IP
                                + "firewall-ips { 203.0.113.1 . tcp . 80 : goto firewall-ns/web/tcp/http }\n"
                                + "no-endpoint-services { 10.43.0.5 . tcp . 80 : goto reject-chain, 203.0.113.1 . tcp . 80 : goto reject-chain }\n"),
                new Case(
                        "a balancer in proxy mode is passed by",
                        service(balancer("203.0.113.1", "Proxy")),
                        slice(),
                        CLUSTER_IP + "no-endpoint-services { 10.43.0.5 . tcp . 80 : goto reject-chain }\n"),
                new Case(
                        "a headless Service has no rules", service(ip("None")), slice(ready("10.42.0.2", "node1")), ""),
                new Case(
                        "an ExternalName has no rules",
                        service(s -> s.editSpec().withType("ExternalName").endSpec()),
                        slice(),
                        ""),
                new Case(
                        "a Service of another proxy has no rules",
                        service(s -> s.editMetadata()
                                .addToLabels("service.kubernetes.io/service-proxy-name", "mine")
                                .endMetadata()),
                        slice(),
                        ""),
                new Case("text that is no address goes nowhere", service(ip("10.43.0.5; flush ruleset")), slice(), ""));
    }

    private static Consumer<ServiceBuilder> ip(String address) {
        return s -> s.editSpec().withClusterIP(address).endSpec();
    }

    private static Consumer<ServiceBuilder> nodePort(String policy) {
        return s -> s.editSpec()
                .withType("NodePort")
                .withExternalTrafficPolicy(policy)
                .editFirstPort()
                .withNodePort(30080)
                .endPort()
                .endSpec();
    }

    private static Consumer<ServiceBuilder> balancer(String address, String mode, String... ranges) {
        return s -> s.editSpec()
                .withType("LoadBalancer")
                .withLoadBalancerSourceRanges(ranges)
                .endSpec()
                .withNewStatus()
                .withNewLoadBalancer()
                .addNewIngress()
                .withIp(address)
                .withIpMode(mode)
                .endIngress()
                .endLoadBalancer()
                .endStatus();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void writes(Case c) {
        assertThat(text(ServiceRules.of(c.service(), List.of(c.slice()), NODE).rules()))
                .isEqualTo(c.rules());
    }

    /** Chains by their names without hashes, then maps. */
    private static String text(RuleSet rules) {
        Map<String, String> chains = new TreeMap<>();
        rules.chains()
                .forEach((chain, list) -> list.forEach(
                        rule -> chains.merge(plain(chain), plain(chain + ": " + rule + "\n"), String::concat)));
        StringBuilder maps = new StringBuilder();
        rules.elements()
                .forEach((map, elements) -> maps.append("%s { %s }\n"
                        .formatted(
                                map,
                                elements.entrySet().stream()
                                        .map(e ->
                                                e.getValue().isEmpty() ? e.getKey() : e.getKey() + " : " + e.getValue())
                                        .collect(Collectors.joining(", ")))));
        return String.join("", chains.values()) + plain(maps.toString());
    }

    private static String plain(String text) {
        return text.replaceAll("-[A-Z2-7]{8}-", "-");
    }

    @Test
    void hintsNarrowTheChoiceOnlyIfAllEndpointsHaveOneAndSomeFit() {
        var near = endpoint(
                "10.42.0.2",
                "node2",
                true,
                true,
                false,
                e -> e.withNewHints().addNewForZone("a").endHints());
        var far = endpoint(
                "10.42.0.3",
                "node2",
                true,
                true,
                false,
                e -> e.withNewHints().addNewForZone("b").endHints());
        assertThat(chosen("a", near, far)).containsExactly("10.42.0.2");
        assertThat(chosen("c", near, far)).containsExactly("10.42.0.2", "10.42.0.3");
        assertThat(chosen("", near, far)).containsExactly("10.42.0.2", "10.42.0.3");
        assertThat(chosen("a", near, far, ready("10.42.0.4", "node2"))).hasSize(3);
        var here = endpoint(
                "10.42.0.5",
                "node1",
                true,
                true,
                false,
                e -> e.withNewHints().addNewForZone("a").addNewForNode("node1").endHints());
        assertThat(chosen("a", here)).containsExactly("10.42.0.5");
    }

    private static List<String> chosen(
            String zone, io.fabric8.kubernetes.api.model.discovery.v1.Endpoint... endpoints) {
        NodeView node = NODE.withZone(zone);
        List<Backend> all = Backend.of(List.of(slice(endpoints)), "http", "TCP", node);
        return Choice.of(all, node, true, false).cluster().stream()
                .map(Backend::address)
                .toList();
    }

    @Test
    void slicesOfTheOtherFamilyAndOtherPortsAreLeftOut() {
        EndpointSlice slice = new EndpointSliceBuilder(slice(ready("10.42.0.2", "node1")))
                .withAddressType("IPv6")
                .build();
        assertThat(Backend.of(List.of(slice), "http", "TCP", NODE)).isEmpty();
        assertThat(Backend.of(List.of(slice(ready("10.42.0.2", "n"))), "https", "TCP", NODE))
                .isEmpty();
        assertThat(Backend.of(List.of(slice(ready("10.42.0.2", "n"))), "http", "UDP", NODE))
                .isEmpty();
    }

    @Test
    void twoSlicesWithTheSameEndpointCountOnce() {
        EndpointSlice one = slice(ready("10.42.0.2", "node1"));
        EndpointSlice two = slice(endpoint("10.42.0.2", "node1", false, true, true, e -> e));
        assertThat(Backend.of(List.of(one, two), "http", "TCP", NODE))
                .singleElement()
                .matches(Backend::ready);
        assertThat(Backend.of(List.of(two, one), "http", "TCP", NODE))
                .singleElement()
                .matches(Backend::ready);
    }

    @Test
    void theHealthPortCountsLocalReadyEndpoints() {
        Service service = service(s -> s.editSpec()
                .withType("LoadBalancer")
                .withExternalTrafficPolicy("Local")
                .withHealthCheckNodePort(31000)
                .endSpec());
        ServiceRules rules = ServiceRules.of(
                service, List.of(slice(ready("10.42.0.2", "node1"), ready("10.42.0.3", "node2"))), NODE);
        assertThat(rules.healthPort()).isEqualTo(31000);
        assertThat(rules.localReady()).isEqualTo(1);
    }

    @Test
    void udpFlowsOfVanishedBackendsAreForgotten() {
        UdpPort before = new UdpPort(
                java.util.Set.of("10.43.0.5"), 53, 30053, java.util.Set.of(new UdpPort.Target("10.42.0.2", 5300)));
        UdpPort now = new UdpPort(
                java.util.Set.of("10.43.0.5"), 53, 30053, java.util.Set.of(new UdpPort.Target("10.42.0.3", 5300)));
        UdpPort none = new UdpPort(java.util.Set.of("10.43.0.5"), 53, 0, java.util.Set.of());
        assertThat(Conntrack.stale(Map.of("p", before), Map.of("p", now)))
                .extracting(flow -> String.join(" ", flow))
                .containsExactly(
                        "--orig-dst 10.43.0.5 --orig-port-dst 53 --reply-src 10.42.0.2 --reply-port-src 5300",
                        "--orig-port-dst 30053 --reply-src 10.42.0.2 --reply-port-src 5300");
        assertThat(Conntrack.stale(Map.of("p", none), Map.of("p", now)))
                .extracting(flow -> String.join(" ", flow))
                .containsExactly("--orig-dst 10.43.0.5 --orig-port-dst 53", "--orig-port-dst 30053");
        assertThat(Conntrack.stale(Map.of("p", now), Map.of("p", now))).isEmpty();
    }

    @Test
    void namesStayWithinTheKernelsLimitAndDiffer() {
        String name = "x".repeat(63);
        Backend backend = new Backend("fd00::1", 65535, true, true, true, false, List.of(), List.of());
        String base = ChainNames.base(name, name, "sctp", "a-long-port-nam");
        assertThat(ChainNames.endpoint(base, backend)).hasSizeLessThan(128).matches("[a-zA-Z0-9/_.-]+");
        assertThat(ChainNames.base(name, name, "sctp", "a-long-port-nan")).isNotEqualTo(base);
    }
}
