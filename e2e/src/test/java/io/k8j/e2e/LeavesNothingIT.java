package io.k8j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.k8j.e2e.cluster.SharedCluster;
import java.io.IOException;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Runs after all others: stops the cluster and looks for what it left on the machine. */
@Isolated
@Order(Integer.MAX_VALUE)
class LeavesNothingIT {
    @Test
    void stopAllLeavesNothingOnTheMachine() throws IOException, InterruptedException {
        assumeTrue(SharedCluster.orSkip().isOwn(), "the cluster was running before the tests");
        assertThat(SharedCluster.stop()).isEmpty();
    }
}
