package io.k8j.kubelet.hostports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HostPortRulesTest {
    private static final HostPort WEB = new HostPort("tcp", "", 8080, "10.42.0.5", 80);

    private static List<String> lines(String bridge, HostPort... ports) {
        return HostPortRules.transaction("t", bridge, List.of(ports))
                .lines()
                .map(String::strip)
                .toList();
    }

    @Test
    void withoutPortsThereIsNoTable() {
        assertThat(lines("br")).containsExactly("add table ip t", "delete table ip t");
    }

    @Test
    void aPortLeadsToItsPod() {
        assertThat(lines("", WEB))
                .startsWith("add table ip t", "delete table ip t", "table ip t {")
                .contains(
                        "tcp dport 8080 dnat to 10.42.0.5:80",
                        "fib daddr type local jump ports",
                        "ct status dnat ip saddr 10.42.0.5 ip daddr 10.42.0.5 masquerade")
                .noneMatch(line -> line.contains("iifname"));
    }

    @Test
    void portsOfOneAddressComeBeforeThoseOfAll() {
        HostPort narrow = new HostPort("udp", "192.0.2.1", 53, "10.42.0.6", 5353);
        HostPort wide = new HostPort("udp", "0.0.0.0", 53, "10.42.0.7", 5354);
        assertThat(lines("", wide, narrow))
                .containsSubsequence(
                        "ip daddr 192.0.2.1 udp dport 53 dnat to 10.42.0.6:5353",
                        "udp dport 53 dnat to 10.42.0.7:5354");
    }

    @Test
    void theSamePortTwiceIsOneRule() {
        assertThat(lines("", WEB, WEB)).containsOnlyOnce("tcp dport 8080 dnat to 10.42.0.5:80");
    }

    @Test
    void podsCannotReachTheNodesLoopbackOverTheBridge() {
        assertThat(lines("k8jbr", WEB)).contains("iifname \"k8jbr\" ip daddr 127.0.0.0/8 drop");
    }
}
