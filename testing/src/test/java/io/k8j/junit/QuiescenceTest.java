package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.k8j.client.Informer;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Resources;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A cluster is quiescent when all that a change causes is done, however long it takes and however often it is handed on. */
class QuiescenceTest {
    private static final ObjectKey COUNTED = new ObjectKey("default", "counted");
    private static final int HANDS = 3;

    private K8jCluster cluster;

    @BeforeEach
    void start() {
        cluster = K8jCluster.builder()
                .withClock(Instant.parse("2030-01-01T00:00:00Z"))
                .withVirtualTime()
                .start();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    /** Something that takes a processor for a while, much longer than a pause between two requests. */
    private static void work() {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < 40_000_000) {
            Thread.onSpinWait();
        }
    }

    private Informer<ConfigMap> follow(Consumer<ConfigMap> changed) {
        Informer<ConfigMap> informer = new Informer<>(cluster.client().resources(ConfigMap.class), ListOptions.ALL);
        informer.onChange(new Informer.Handler<>() {
            @Override
            public void added(ConfigMap object) {
                if (ObjectKey.of(object).equals(COUNTED)) changed.accept(object);
            }

            @Override
            public void updated(ConfigMap before, ConfigMap now) {
                added(now);
            }

            @Override
            public void deleted(ConfigMap last) {}
        });
        return informer.start();
    }

    private void create() {
        cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: counted}}");
    }

    @Test
    void aChangeThatIsStillLookedAtIsWaitedFor() throws InterruptedException {
        AtomicInteger done = new AtomicInteger();
        try (Informer<ConfigMap> informer = follow(object -> {
            work();
            done.incrementAndGet();
        })) {
            assertThat(informer.awaitSynced(Duration.ofSeconds(30))).isTrue();
            create();
            cluster.awaitQuiescent();
            assertThat(done).hasValue(1);
        }
    }

    @Test
    void workThatIsHandedOnFromThreadToThreadIsWaitedForBeforeTimeGoesOn() throws InterruptedException {
        List<Instant> done = new CopyOnWriteArrayList<>();
        try (Informer<ConfigMap> informer = follow(object -> handOn(HANDS, done))) {
            assertThat(informer.awaitSynced(Duration.ofSeconds(30))).isTrue();
            Instant due = cluster.time().instant().plusSeconds(3); // the clock stands still
            cluster.time().after(Duration.ofSeconds(3), () -> Thread.ofVirtual().start(this::create));
            cluster.advance(Duration.ofMinutes(1));
            assertThat(done).containsExactly(due);
        }
    }

    /** The one in whose hands it is works, the others wait. */
    private void handOn(int left, List<Instant> done) {
        Thread.ofVirtual().start(() -> {
            work();
            if (left > 1) handOn(left - 1, done);
            else done.add(cluster.time().instant());
        });
    }

    @Test
    void eventsAreGoneWhenTheirTimeHasPassed() {
        cluster.apply("""
                apiVersion: v1
                kind: Event
                metadata: {name: short}
                involvedObject: {namespace: default}
                reason: Said
                message: nothing
                """);
        Resources<Event> events = cluster.client().resources(Event.class);
        cluster.advance(Duration.ofMinutes(59));
        assertThat(events.find(new ObjectKey("default", "short"))).isPresent();
        cluster.advance(Duration.ofMinutes(2));
        assertThat(events.find(new ObjectKey("default", "short"))).isEmpty();
    }
}
