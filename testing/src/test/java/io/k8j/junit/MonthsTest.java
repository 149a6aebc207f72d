package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.k8j.client.Informer;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Months of a cluster's time, with the outcomes that they would have if they were waited for. */
class MonthsTest {
    private static final Instant START = Instant.parse("2030-01-01T12:30:00Z");
    private static final ObjectKey NODE = ObjectKey.of("node-0");

    private K8jCluster cluster;

    @BeforeEach
    void start() {
        cluster = K8jCluster.builder().withClock(START).withVirtualTime().start();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private NodeCondition ready() {
        return cluster.client().resources(Node.class).get(NODE).getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals("Ready"))
                .findFirst()
                .orElseThrow();
    }

    private Instant now() {
        return cluster.time().instant();
    }

    @Test
    void aCronJobFiresOnEachDay() {
        Map<String, Instant> jobs = new ConcurrentSkipListMap<>();
        try (Informer<Job> informer = new Informer<>(cluster.client().resources(Job.class), ListOptions.ALL)) {
            informer.onChange(new Informer.Handler<>() {
                @Override
                public void added(Job job) {
                    jobs.put(
                            job.getMetadata().getName(),
                            Instant.parse(job.getMetadata().getCreationTimestamp()));
                }

                @Override
                public void updated(Job before, Job now) {}

                @Override
                public void deleted(Job last) {}
            });
            informer.start();
            cluster.apply("""
                    apiVersion: batch/v1
                    kind: CronJob
                    metadata: {name: nightly}
                    spec:
                      schedule: "0 3 * * *"
                      jobTemplate:
                        spec:
                          ttlSecondsAfterFinished: 3600
                          template:
                            metadata:
                              annotations: {simulated.k8j.io/script: "containers: {app: {starts: [{runs: 10m}]}}"}
                            spec:
                              restartPolicy: Never
                              containers: [{name: app, image: "example.test/app:1"}]
                    """);
            NodeCondition before = ready();
            cluster.advance(Duration.ofDays(7));
            List<Instant> nights = IntStream.rangeClosed(1, 7)
                    .mapToObj(day -> START.atZone(ZoneOffset.UTC)
                            .plusDays(day)
                            .withHour(3)
                            .withMinute(0)
                            .toInstant())
                    .toList();
            assertThat(jobs.values()).containsExactlyElementsOf(nights);
            assertThat(cluster.client().resources(Job.class).list(ListOptions.ALL))
                    .as("finished ones are gone after an hour")
                    .isEmpty();
            assertThat(ready().getLastTransitionTime())
                    .as("the node was never taken for lost")
                    .isEqualTo(before.getLastTransitionTime());
        }
    }

    @Test
    void aNodeThatFallsSilentAfterDaysIsFoundAtOnceAndComesBack() {
        cluster.advance(Duration.ofDays(4));
        assertThat(ready().getStatus()).isEqualTo("True");
        Instant failed = now();
        cluster.node("node-0").fail();
        cluster.advance(Duration.ofDays(4));
        assertThat(ready().getStatus()).isEqualTo("Unknown");
        assertThat(Duration.between(failed, Instant.parse(ready().getLastTransitionTime())))
                .isLessThan(Duration.ofMinutes(1));
        cluster.node("node-0").recover();
        cluster.advance(Duration.ofMinutes(1));
        assertThat(ready().getStatus()).isEqualTo("True");
        cluster.advance(Duration.ofDays(30));
        assertThat(ready().getStatus()).isEqualTo("True");
        assertThat(now()).isEqualTo(failed.plus(Duration.ofDays(34)).plusSeconds(60));
    }

    private PodCondition podReady() {
        return cluster
                .client()
                .resources(Pod.class)
                .get(new ObjectKey("default", "probed"))
                .getStatus()
                .getConditions()
                .stream()
                .filter(condition -> condition.getType().equals("Ready"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aPodThatIsProbedForWeeksIsFoundUnreadyWhenItIs() {
        cluster.apply("""
                apiVersion: v1
                kind: Pod
                metadata:
                  name: probed
                  annotations: {simulated.k8j.io/script: "containers: {app: {starts: [{ready: {until: 480h}}]}}"}
                spec:
                  containers:
                  - name: app
                    image: example.test/app:1
                    readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 10, failureThreshold: 3}
                    livenessProbe: {tcpSocket: {port: 80}, periodSeconds: 30}
                """);
        cluster.advance(Duration.ofMinutes(1));
        PodCondition first = podReady();
        assertThat(first.getStatus()).isEqualTo("True");
        cluster.advance(Duration.ofDays(19));
        assertThat(podReady().getLastTransitionTime()).isEqualTo(first.getLastTransitionTime());
        cluster.advance(Duration.ofDays(2));
        assertThat(podReady().getStatus()).isEqualTo("False");
        assertThat(Duration.between(
                        START.plus(Duration.ofHours(480)),
                        Instant.parse(podReady().getLastTransitionTime())))
                .isBetween(Duration.ofSeconds(20), Duration.ofMinutes(2));
    }
}
