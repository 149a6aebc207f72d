package io.k8j.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.k8j.client.ObjectKey;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who reaches whom through a Service, and under which address. */
class ServiceTrafficTest extends ProxierCase {
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
}
