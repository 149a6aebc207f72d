package io.k8j.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkQueueTest {
    /** A clock that stands still until it is advanced. */
    static final class ManualTime implements Time {
        private record Task(long due, Runnable task) {}

        private final List<Task> tasks = new ArrayList<>();
        private long nanos;

        @Override
        public Instant instant() {
            return Instant.EPOCH.plusNanos(nanos);
        }

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            Task entry = new Task(nanos + delay.toNanos(), task);
            tasks.add(entry);
            return () -> tasks.remove(entry);
        }

        void advance(Duration by) {
            nanos += by.toNanos();
            List<Task> due = tasks.stream()
                    .filter(task -> task.due <= nanos)
                    .sorted(Comparator.comparingLong(Task::due))
                    .toList();
            tasks.removeAll(due);
            due.forEach(task -> task.task.run());
        }
    }

    private final ManualTime time = new ManualTime();
    private final WorkQueue<String> queue = new WorkQueue<>(time);

    @Test
    void aKeyThatWaitsIsThereOnce() throws InterruptedException {
        queue.add("a");
        queue.add("a");
        queue.add("b");
        assertThat(queue.depth()).isEqualTo(2);
        assertThat(queue.take()).contains("a");
        assertThat(queue.take()).contains("b");
        assertThat(queue.depth()).isZero();
    }

    @Test
    void aKeyThatIsAddedWhileItRunsComesAgainAfterwards() throws InterruptedException {
        queue.add("a");
        queue.take();
        queue.add("a");
        queue.add("b");
        assertThat(queue.take()).contains("b");
        queue.done("a");
        assertThat(queue.take()).contains("a");
    }

    @Test
    void ofSeveralDelaysTheEarliestCounts() throws InterruptedException {
        queue.addAfter("a", Duration.ofSeconds(10));
        queue.addAfter("a", Duration.ofSeconds(5));
        queue.addAfter("a", Duration.ofSeconds(20));
        time.advance(Duration.ofSeconds(4));
        assertThat(queue.depth()).isZero();
        time.advance(Duration.ofSeconds(1));
        assertThat(queue.take()).contains("a");
        queue.done("a");
        time.advance(Duration.ofSeconds(60));
        assertThat(queue.depth()).isZero();
    }

    @Test
    void pausesDoubleUntilTheKeyIsForgotten() throws InterruptedException {
        for (int millis : new int[] {5, 10, 20}) {
            queue.addRateLimited("a");
            time.advance(Duration.ofMillis(millis - 1));
            assertThat(queue.depth()).isZero();
            time.advance(Duration.ofMillis(1));
            assertThat(queue.take()).contains("a");
            queue.done("a");
        }
        queue.forget("a");
        queue.addRateLimited("a");
        time.advance(Duration.ofMillis(5));
        assertThat(queue.depth()).isOne();
    }

    @Test
    void theLongestPauseIsAThousandSeconds() {
        assertThat(WorkQueue.BackOff.DEFAULT.after(17)).isEqualTo(Duration.ofMillis(655360));
        assertThat(WorkQueue.BackOff.DEFAULT.after(18)).isEqualTo(Duration.ofSeconds(1000));
        assertThat(WorkQueue.BackOff.DEFAULT.after(1000)).isEqualTo(Duration.ofSeconds(1000));
    }

    @Test
    void aKeyThatRestsIsHandedOutAfterwards() throws InterruptedException {
        List<WorkQueue.Rest> rests = new ArrayList<>();
        WorkQueue<String> sparing = new WorkQueue<>(time, WorkQueue.BackOff.DEFAULT, rests::add);
        sparing.add("a");
        sparing.take();
        sparing.rest("a", Duration.ofMillis(100));
        sparing.done("a");
        sparing.add("a");
        sparing.add("a");
        sparing.add("b");
        assertThat(sparing.take()).contains("b");
        assertThat(sparing.running()).isEqualTo(2);
        assertThat(rests).extracting(WorkQueue.Rest::span).containsExactly(Duration.ofMillis(100));
        rests.getFirst().over().run();
        assertThat(sparing.take()).contains("a");
        sparing.done("a");
        assertThat(sparing.depth()).isZero();
        assertThat(rests).hasSize(1);
    }

    @Test
    void aRestEndsByItself() throws InterruptedException {
        queue.add("a");
        queue.take();
        queue.rest("a", Duration.ofMillis(1));
        queue.done("a");
        queue.add("a");
        assertThat(queue.take()).contains("a");
    }

    @Test
    void aClosedQueueEndsItsTakers() throws InterruptedException {
        Thread closer = Thread.startVirtualThread(queue::close);
        assertThat(queue.take()).isEqualTo(Optional.empty());
        closer.join();
    }
}
