package io.k8j.kubelet.pods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.testing.TestNode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The base of tests with one node over a simulated runtime and a real API server; each test has its own. */
abstract class SimulatedNodeCase {
    @TempDir
    Path dir;

    TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.simulated(dir);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    final void awaitEvent(String pod, String event) {
        await().untilAsserted(() -> assertThat(node.events(pod)).contains(event));
    }

    final void delete(String pod, DeleteOptions options) {
        node.api().resources(Pod.class).delete(new ObjectKey("default", pod), options);
        node.awaitGone(pod);
    }
}
