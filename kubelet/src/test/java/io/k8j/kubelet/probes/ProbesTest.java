package io.k8j.kubelet.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.grpc.Status;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.ExecSyncResponse;
import io.k8j.model.time.Time;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Thresholds, periods and the order of the three probes, with a clock that the test moves. */
class ProbesTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private record Due(long due, Runnable task) {}

    private volatile long nanos;
    private final PriorityBlockingQueue<Due> timers =
            new PriorityBlockingQueue<>(8, Comparator.comparingLong(Due::due));
    private final AtomicInteger finished = new AtomicInteger();
    private final Map<String, Object> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> reported = new CopyOnWriteArrayList<>();

    private final Time time = new Time() {
        @Override
        public Instant instant() {
            return BEGIN.plusNanos(nanos);
        }

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public Time.Timer after(Duration delay, Runnable task) {
            Due timer = new Due(nanos + delay.toNanos(), task);
            timers.add(timer);
            return () -> timers.remove(timer);
        }
    };

    private final ContainerRuntime runtime = (ContainerRuntime) Proxy.newProxyInstance(
            ProbesTest.class.getClassLoader(), new Class<?>[] {ContainerRuntime.class}, (proxy, method, arguments) -> {
                if (method.isDefault()) return InvocationHandler.invokeDefault(proxy, method, arguments);
                String probe = (String) ((List<?>) arguments[1]).getFirst();
                asked.add(probe + "@" + nanos / 1_000_000_000);
                finished.incrementAndGet();
                return switch (answers.getOrDefault(probe, 0)) {
                    case Integer exit ->
                        ExecSyncResponse.newBuilder().setExitCode(exit).build();
                    case RuntimeFailure failure -> throw failure;
                    case Object other -> throw new AssertionError(other);
                };
            });

    private static final Pod POD = new PodBuilder()
            .withNewMetadata()
            .withNamespace("n")
            .withName("p")
            .withUid("u")
            .endMetadata()
            .build();

    private final Actions actions = new Actions(runtime, time);
    private final Probes probes =
            new Probes(POD, actions, time, (container, reason, message) -> reported.add(message), () -> {});

    @AfterEach
    void close() {
        probes.close();
    }

    private static Probe probe(String name, int delay, int period, int successes, int failures) {
        return new ProbeBuilder()
                .withNewExec()
                .withCommand(name)
                .endExec()
                .withInitialDelaySeconds(delay)
                .withPeriodSeconds(period)
                .withSuccessThreshold(successes)
                .withFailureThreshold(failures)
                .build();
    }

    private void observe(Probe startup, Probe liveness, Probe readiness) {
        Container container = new ContainerBuilder()
                .withName("c")
                .withStartupProbe(startup)
                .withLivenessProbe(liveness)
                .withReadinessProbe(readiness)
                .build();
        probes.observe(container, "id", BEGIN, "10.0.0.1", false, false);
    }

    /** Lets the next probe run to its end, at its time. */
    private void next() {
        Due timer = timers.remove();
        nanos = Math.max(nanos, timer.due());
        int before = finished.get();
        int waiting = timers.size();
        timer.task().run();
        // It is over when it has planned its next run, or when nothing is planned because its container is condemned.
        await().until(() -> finished.get() > before
                && (timers.size() > waiting || !probes.unhealthy().isEmpty() || started(waiting)));
    }

    private boolean started(int waiting) {
        return waiting == 0 && !probes.started().isEmpty() && timers.isEmpty();
    }

    private void next(int times) {
        for (int i = 0; i < times; i++) next();
    }

    private String counted() {
        StringBuilder text = new StringBuilder();
        actions.metrics().write(text);
        return text.toString();
    }

    @Test
    void resultsAreCountedAsLongAsTheContainerIsObserved() {
        observe(null, probe("live", 5, 10, 1, 3), null);
        next(2);
        answers.put("live", 1);
        next(1);
        String labels =
                "{container=\"c\",namespace=\"n\",pod=\"p\",pod_uid=\"u\",probe_type=\"Liveness\",result=\"%s\"} %d";
        assertThat(counted())
                .contains("prober_probe_total" + labels.formatted("successful", 2))
                .contains("prober_probe_total" + labels.formatted("failed", 1))
                .contains(
                        "prober_probe_duration_seconds_count{container=\"c\",namespace=\"n\",pod=\"p\",probe_type=\"Liveness\"} 2");
        probes.retain(java.util.Set.of());
        assertThat(counted()).isEmpty();
    }

    @Test
    void aLivenessProbeCondemnsAfterItsFailuresInARow() {
        observe(null, probe("live", 5, 10, 1, 3), null);
        answers.put("live", 1);
        next(2);
        answers.put("live", 0);
        next();
        answers.put("live", 1);
        next(2);
        assertThat(probes.unhealthy()).isEmpty();
        next();
        assertThat(probes.unhealthy()).isEqualTo(Map.of("id", "liveness"));
        assertThat(asked).containsExactly("live@5", "live@15", "live@25", "live@35", "live@45", "live@55");
        assertThat(timers).as("what is condemned is asked no more").isEmpty();
        assertThat(reported).hasSize(5).containsOnly("Liveness probe failed: ");
    }

    @Test
    void aReadinessProbeNeedsItsSuccessesAndItsFailuresInARow() {
        observe(null, null, probe("ready", 0, 1, 2, 3));
        assertThat(probes.started()).containsExactly("id");
        next();
        assertThat(probes.ready()).isEmpty();
        next();
        assertThat(probes.ready()).containsExactly("id");
        answers.put("ready", 1);
        next(2);
        assertThat(probes.ready()).containsExactly("id");
        next();
        assertThat(probes.ready()).isEmpty();
        answers.put("ready", 0);
        next(2);
        assertThat(probes.ready()).containsExactly("id");
        assertThat(probes.unhealthy()).isEmpty();
    }

    @Test
    void nothingButTheStartupProbeRunsUntilItHasSucceeded() {
        observe(probe("start", 2, 3, 1, 4), probe("live", 0, 1, 1, 1), probe("ready", 0, 1, 1, 1));
        answers.put("start", 1);
        next(3);
        assertThat(asked).containsExactly("start@2", "start@5", "start@8");
        assertThat(probes.started()).isEmpty();
        assertThat(probes.ready()).isEmpty();
        answers.put("start", 0);
        next();
        assertThat(probes.started()).containsExactly("id");
        next(2);
        assertThat(asked.subList(4, 6)).containsExactlyInAnyOrder("live@11", "ready@11");
        assertThat(probes.ready()).containsExactly("id");
        next(2);
        assertThat(asked).filteredOn(a -> a.startsWith("start")).hasSize(4);
    }

    @Test
    void aStartupProbeThatNeverSucceedsCondemns() {
        observe(probe("start", 0, 1, 1, 4), probe("live", 0, 1, 1, 1), null);
        answers.put("start", 1);
        next(3);
        assertThat(probes.unhealthy()).isEmpty();
        next();
        assertThat(probes.unhealthy()).isEqualTo(Map.of("id", "startup"));
        assertThat(asked).noneMatch(a -> a.startsWith("live"));
    }

    @Test
    void aTimeoutIsAFailureButAnErrorIsNone() {
        observe(null, probe("live", 0, 1, 1, 2), null);
        answers.put("live", new RuntimeFailure(Status.Code.UNAVAILABLE, "no runtime", null));
        next(5);
        assertThat(probes.unhealthy()).isEmpty();
        assertThat(reported)
                .hasSize(5)
                .allMatch(m -> m.startsWith("Liveness probe errored and resulted in unknown state: "));
        answers.put("live", new RuntimeFailure(Status.Code.DEADLINE_EXCEEDED, "context deadline exceeded", null));
        next(2);
        assertThat(probes.unhealthy()).isEqualTo(Map.of("id", "liveness"));
        assertThat(new ArrayList<>(reported).getLast())
                .isEqualTo("Liveness probe failed: command timed out: \"live\" timed out after 1s");
    }

    @Test
    void whatWasReadyBeforeARestartOfTheNodeAgentStaysReady() {
        Container container = new ContainerBuilder()
                .withName("c")
                .withStartupProbe(probe("start", 0, 1, 1, 1))
                .withReadinessProbe(probe("ready", 0, 1, 1, 2))
                .build();
        probes.observe(container, "id", BEGIN, "10.0.0.1", true, true);
        assertThat(probes.started()).containsExactly("id");
        assertThat(probes.ready()).containsExactly("id");
        answers.put("ready", 1);
        next();
        assertThat(probes.ready()).containsExactly("id");
        next();
        assertThat(probes.ready()).isEmpty();
        assertThat(asked).containsExactly("ready@0", "ready@1");
    }
}
