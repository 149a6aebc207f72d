package io.k8j.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What happens to the rules: others take them away, servers start anew, Services go. */
class ProxierRulesTest extends ProxierCase {
    @Test
    void removedRulesComeBackAndStopLeavesThem() throws Exception {
        service("stays", "TCP", 80, ip("10.43.1.11"));
        endpoints("stays", "TCP", 8080, "10.42.0.4");
        awaitAnswer("pod1", "TCP", "10.43.1.11", 80, "pod3");
        network.in("node").run("", "nft", "flush", "ruleset");
        awaitAnswer("pod1", "TCP", "10.43.1.11", 80, "pod3");
        Proxier second = Proxier.start(CONFIG.withTable("k8jtest2"), cluster.client, network.in("node"));
        assertThat(second.awaitReady(Duration.ofSeconds(20))).isTrue();
        assertThat(second.metrics()).contains("kubeproxy_sync_proxy_rules_duration_seconds_count{ip_family=\"IPv4\"} ");
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
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(
                                nft.present(new HashMap<>()).orElseThrow().chains())
                        .noneMatch(chain -> chain.contains("gone")));
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
    void changesReachTheKernelAtOnce() {
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
                .isLessThan(10_000);
        org.slf4j.LoggerFactory.getLogger(ProxierRulesTest.class)
                .info("slice to kernel, with the look at it: {} ms", took);
    }
}
