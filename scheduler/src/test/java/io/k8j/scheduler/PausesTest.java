package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.k8j.model.time.Time;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.ResourceNames;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.queue.QueuedPod;
import io.k8j.scheduler.queue.SchedulingQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How Pods come out of their pause. */
class PausesTest {
    private static final class Clock implements Time {
        private long nanos;

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH.plusNanos(nanos);
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            throw new UnsupportedOperationException("the queue is asked");
        }
    }

    private final Clock clock = new Clock();
    private final PodInfo pod = new PodInfo(
            new ResourceNames(),
            new PodBuilder(TestCluster.pod("p", "1").build())
                    .editMetadata()
                    .withUid("u")
                    .endMetadata()
                    .withNewStatus()
                    .endStatus()
                    .build());
    private Status gate = Status.SUCCESS;

    /** One with the Pod, which was refused and may be helped by anything. */
    private SchedulingQueue queue(boolean pausesEnd) {
        SchedulingQueue queue = new SchedulingQueue(
                clock,
                SchedulingQueue.Pauses.DEFAULT,
                pausesEnd,
                Comparator.comparing(PodInfo::uid),
                p -> gate,
                p -> Map.of());
        queue.put(pod);
        QueuedPod queued = queue.poll();
        queue.refused(queued);
        return queue;
    }

    @Test
    void withNothingElseToDoAPodIsTakenOutOfItsPause() {
        SchedulingQueue queue = queue(true);
        queue.retry("u");
        assertThat(queue.poll()).isNotNull();
    }

    @Test
    void elseItWaitsForTheEnd() {
        SchedulingQueue queue = queue(false);
        queue.retry("u");
        assertThat(queue.poll()).isNull();
        clock.nanos += Duration.ofSeconds(1).toNanos();
        assertThat(queue.poll()).isNotNull();
    }

    @Test
    void whoIsKeptOutIsNotTakenOutOfAPause() {
        SchedulingQueue queue = queue(true);
        gate = Status.unresolvable("not now").by("Gate");
        queue.retry("u");
        assertThat(queue.poll()).isNull();
        assertThat(queue.depths()).containsEntry("gated", 1).containsEntry("backoff", 0);
        gate = Status.SUCCESS;
        queue.reconsider("u");
        assertThat(queue.poll()).isNotNull();
    }
}
