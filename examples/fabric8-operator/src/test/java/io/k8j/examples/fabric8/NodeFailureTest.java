package io.k8j.examples.fabric8;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.k8j.junit.K8j;
import io.k8j.junit.K8jCluster;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a site when a node fails. The test moves the clock, so it has a cluster to itself. */
@K8j(nodes = 2, crds = "classpath:site-crd.yaml")
class NodeFailureTest {
    @K8j
    private K8jCluster cluster;

    @K8j
    private KubernetesClient client;

    private SiteOperator operator;

    @BeforeEach
    void startOperator() {
        operator = SiteOperator.start(client, "one", client.getNamespace(), Sites.LEASE);
    }

    @AfterEach
    void stopOperator() {
        operator.close();
    }

    @Test
    void podsMoveWhenTheirNodeFails() {
        Sites.createReady(client, 1);
        String lost = Sites.runningPods(client).getFirst().getSpec().getNodeName();
        cluster.awaitQuiescent();
        cluster.time().freeze();
        cluster.node(lost).fail();
        cluster.advance(Duration.ofMinutes(1)); // until it counts as lost
        cluster.advance(Duration.ofMinutes(6)); // until its Pods are given up
        assertThat(Sites.runningPods(client))
                .anyMatch(pod -> !pod.getSpec().getNodeName().equals(lost));
    }
}
