package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pod networks of nodes against the real API server. */
class NodeNetworksTest {
    @Test
    void aNodeThatFindsNoNetworkIsToldAndGetsTheFirstThatIsFree() {
        try (TestCluster cluster =
                new TestCluster(ControllersConfig.DEFAULTS.withClusterCidrs(List.of("10.9.0.0/23")))) {
            List<String> names = List.of("a", "b", "c");
            for (String name : names) {
                cluster.create(Node.class, """
                        apiVersion: v1
                        kind: Node
                        metadata: {name: %s}
                        """.formatted(name));
            }
            eventually("two have networks", () -> networks(cluster, names).count() == 2);
            String without = names.stream()
                    .filter(name -> cluster.get(Node.class, name).getSpec().getPodCIDR() == null)
                    .findFirst()
                    .orElseThrow();
            eventually(
                    "the third is told",
                    () -> cluster.resources(Event.class).list(ListOptions.ALL).stream()
                            .anyMatch(
                                    event -> event.getInvolvedObject().getName().equals(without)
                                            && event.getReason().equals("CIDRNotAvailable")
                                            && event.getMessage()
                                                    .equals("Node %s status is now: CIDRNotAvailable"
                                                            .formatted(without))));

            String first = names.stream()
                    .filter(name -> !name.equals(without))
                    .findFirst()
                    .orElseThrow();
            String network = cluster.get(Node.class, first).getSpec().getPodCIDR();
            cluster.resources(Node.class).delete(ObjectKey.of(first), DeleteOptions.DEFAULT);
            eventually(
                    "the third has a network",
                    () -> networks(cluster, List.of(without)).count() == 1);
            assertThat(cluster.get(Node.class, without).getSpec().getPodCIDR()).isEqualTo(network);
        }
    }

    private static Stream<String> networks(TestCluster cluster, List<String> names) {
        return names.stream()
                .map(name -> cluster.get(Node.class, name).getSpec().getPodCIDR())
                .filter(Objects::nonNull);
    }
}
