package io.k8j.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.k8j.server.Ipv4Range;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeRoutesTest {
    private static final Ipv4Range PODS = Ipv4Range.of("--cluster-cidr", "10.42.0.0/16", 8, 24);

    private static Node node(String name, String range, String type, String address) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withPodCIDR(range)
                .endSpec()
                .withNewStatus()
                .addNewAddress()
                .withType(type)
                .withAddress(address)
                .endAddress()
                .endStatus()
                .build();
    }

    @Test
    void thereIsARouteToEachOtherNodeNearby() {
        List<Node> nodes = List.of(
                node("own", "10.42.0.0/24", "InternalIP", "10.0.0.1"),
                node("second", "10.42.1.0/24", "InternalIP", "10.0.0.2"),
                node("far", "10.42.2.0/24", "InternalIP", "192.168.0.2"),
                node("unnamed", "10.42.3.0/24", "Hostname", "10.0.0.4"),
                node("new", null, "InternalIP", "10.0.0.5"));
        assertThat(NodeRoutes.wanted("own", nodes, PODS, address -> address.startsWith("10.0.0.")))
                .containsOnly(java.util.Map.entry("10.42.1.0/24", "10.0.0.2"));
    }

    /** A node writes its own object: it must not draw traffic to itself that is not for its Pods. */
    @Test
    void aNodeGetsNoTrafficBeyondThePods() {
        for (String range :
                List.of("0.0.0.0/0", "10.0.0.0/8", "10.43.0.0/16", "10.42.0.0/33", "-h", "10.42.1.0/24 x")) {
            assertThat(NodeRoutes.wanted(
                            "own", List.of(node("evil", range, "InternalIP", "10.0.0.2")), PODS, address -> true))
                    .as(range)
                    .isEmpty();
        }
        assertThat(NodeRoutes.wanted(
                        "own", List.of(node("evil", "10.42.1.0/24", "InternalIP", "dev lo")), PODS, address -> true))
                .isEmpty();
    }
}
