package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.time.SystemTime;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.ResourceNames;
import io.k8j.scheduler.framework.Status;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WaitingPodsTest {
    private static final long LONG = Duration.ofHours(1).toNanos();

    private final SystemTime time = new SystemTime();
    private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final WaitingPods waiting = new WaitingPods(time, inbox::add);
    private final PodInfo pod = new PodInfo(
            new ResourceNames(),
            TestCluster.pod("p", "1").editMetadata().withUid("u").endMetadata().build());

    @AfterEach
    void close() {
        time.close();
    }

    @Test
    void goesOnWhenAllWhoHoldItAllowIt() {
        CompletableFuture<Status> answer = waiting.hold(pod, Map.of("A", LONG, "B", LONG));
        waiting.allow("u", "A");
        waiting.allow("u", "A");
        assertThat(answer).isNotDone();
        assertThat(waiting.all()).containsExactly(pod);
        waiting.allow("u", "B");
        assertThat(answer).isCompletedWithValue(Status.SUCCESS);
        assertThat(waiting.all()).isEmpty();
    }

    @Test
    void isRefusedByTheFirstWhoRefuses() throws ExecutionException, InterruptedException {
        CompletableFuture<Status> answer = waiting.hold(pod, Map.of("A", LONG, "B", LONG));
        waiting.reject("u", Status.unschedulable("no").by("B"));
        waiting.allow("u", "A");
        assertThat(answer.get().message()).isEqualTo("no");
        assertThat(answer.get().plugin()).isEqualTo("B");
    }

    @Test
    void isRefusedWhenItsTimeIsOver() throws ExecutionException, InterruptedException {
        CompletableFuture<Status> answer =
                waiting.hold(pod, Map.of("A", Duration.ofMillis(1).toNanos()));
        inbox.take().run();
        assertThat(answer.get().message()).isEqualTo("rejected due to timeout after waiting 1ms at plugin A");
        assertThat(answer.get().isRejected()).isTrue();
    }
}
