package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NodeImagesTest {
    @Test
    void aNodeMayHaveImagesWithoutNames() {
        try (TestCluster cluster = new TestCluster()) {
            cluster.node(
                    "n",
                    8,
                    16,
                    n -> n.editStatus()
                            .addNewImage()
                            .withSizeBytes(1L)
                            .endImage()
                            .endStatus());
            cluster.start();
            cluster.create(TestCluster.pod("p", "100m"));
            assertThat(cluster.nodeOf("p")).isEqualTo("n");
        }
    }
}
