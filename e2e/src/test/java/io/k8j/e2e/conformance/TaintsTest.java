package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.k8j.junit.K8j;
import io.k8j.junit.K8jCluster;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Pods leave a node with a NoExecute taint when their own toleration ends, by a clock that the test moves. */
@K8j(nodes = 1, virtualTime = true, scope = K8j.Scope.METHOD)
class TaintsTest {
    private static final String KEY = "kubernetes.io/e2e-evict-taint-key";

    @K8j
    private K8jCluster cluster;

    @K8j
    private KubernetesClient client;

    private void createPod(String name, int tolerationSeconds) {
        client.resource("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s}
                spec:
                  terminationGracePeriodSeconds: 0
                  tolerations: [{key: %s, operator: Equal, value: evictTaintVal, effect: NoExecute, tolerationSeconds: %d}]
                  containers: [{name: c, image: busybox}]
                """.formatted(name, KEY, tolerationSeconds)).create();
        cluster.advance(Duration.ofSeconds(2));
        assertThat(pod(name).getStatus().getPhase()).isEqualTo("Running");
    }

    private Pod pod(String name) {
        return client.pods().withName(name).get();
    }

    private boolean isThere(String name) {
        Pod pod = pod(name);
        return pod != null && pod.getMetadata().getDeletionTimestamp() == null;
    }

    private void taint(boolean on) {
        String node = client.nodes().list().getItems().getFirst().getMetadata().getName();
        client.nodes().withName(node).edit(n -> {
            var spec = new NodeBuilder(n).editSpec();
            spec = on
                    ? spec.addNewTaint()
                            .withKey(KEY)
                            .withValue("evictTaintVal")
                            .withEffect("NoExecute")
                            .endTaint()
                    : spec.removeMatchingFromTaints(t -> t.getKey().equals(KEY));
            return spec.endSpec().build();
        });
        cluster.awaitQuiescent();
    }

    @Test
    @Conformance("node/NoExecuteTaintManager/1")
    void eachPodLeavesWhenItsOwnTolerationEnds() {
        createPod("first", 5);
        createPod("second", 25);
        taint(true);
        assertThat(isThere("first")).isTrue();
        cluster.advance(Duration.ofSeconds(7));
        assertThat(isThere("first")).isFalse();
        assertThat(isThere("second")).isTrue();
        cluster.advance(Duration.ofSeconds(20));
        assertThat(isThere("second")).isFalse();
    }

    @Test
    @Conformance("node/NoExecuteTaintManager/2")
    void aTaintThatIsTakenAwayInTimeEvictsNobody() {
        createPod("stays", 60);
        taint(true);
        cluster.advance(Duration.ofSeconds(30));
        assertThat(isThere("stays")).isTrue();
        taint(false);
        cluster.advance(Duration.ofSeconds(120));
        assertThat(isThere("stays")).isTrue();
    }
}
