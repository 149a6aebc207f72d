package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.k8j.client.LeaderElection;
import io.k8j.client.ObjectKey;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Leader election against the real API server. */
class LeaderElectionTest {
    private static final ObjectKey LEASE = new ObjectKey(TestCluster.NS, "lead");

    private static final class Candidate implements LeaderElection.Listener {
        final AtomicInteger started = new AtomicInteger();
        final AtomicInteger stopped = new AtomicInteger();

        @Override
        public void startedLeading() {
            started.incrementAndGet();
        }

        @Override
        public void stoppedLeading() {
            stopped.incrementAndGet();
        }
    }

    private static LeaderElection.Config config(String identity) {
        return new LeaderElection.Config(
                LEASE, identity, Duration.ofMillis(900), Duration.ofMillis(600), Duration.ofMillis(50));
    }

    @Test
    void oneLeadsUntilItStopsAndThenTheOther() {
        Candidate first = new Candidate();
        Candidate second = new Candidate();
        try (TestCluster cluster = new TestCluster()) {
            LeaderElection one = LeaderElection.start(cluster.client, config("one"), first);
            eventually("one leads", one::isLeading);
            try (LeaderElection two = LeaderElection.start(cluster.client, config("two"), second)) {
                assertThat(two.isLeading()).isFalse();
                one.close();
                assertThat(first.stopped).hasValue(1);
                eventually("two leads", two::isLeading);
                Lease lease = cluster.get(Lease.class, "lead");
                assertThat(lease.getSpec().getHolderIdentity()).isEqualTo("two");
                assertThat(lease.getSpec().getLeaseTransitions()).isEqualTo(1);
            }
            assertThat(second.stopped).hasValue(1);
            assertThat(cluster.get(Lease.class, "lead").getSpec().getHolderIdentity())
                    .isNullOrEmpty();
        }
    }
}
