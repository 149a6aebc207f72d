package io.k8j.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NodeCleanupTest {
    @Test
    void theNamespacesOfPodsAreFoundBehindTheirBridge() {
        String links = """
            9: veth1a2b3c4d@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 master k8jbr state UP\\    link/ether 4e:1 brd ff:ff link-netns cni-6f0a1b2c-1111-2222-3333-444455556666
            10: veth99@if2: <BROADCAST> mtu 1500 master k8jbr state UP\\    link/ether 4e:2 brd ff:ff link-netnsid 3
            11: veth98@if2: <BROADCAST> mtu 1500 master k8jbr state UP\\    link/ether 4e:2 brd ff:ff link-netns other
            """;
        assertThat(NodeCleanup.namespacesBehind(links)).containsExactly("cni-6f0a1b2c-1111-2222-3333-444455556666");
        assertThat(NodeCleanup.namespacesBehind("")).isEmpty();
    }
}
