package io.k8j.client;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the Events of all recorders of a process, one after the other on its own virtual thread. */
public final class EventBroadcaster implements AutoCloseable {
    /** Something that a component wants to tell. */
    record Occurrence(
            String component, String host, ObjectReference about, String type, String reason, String message) {}

    private static final Logger LOG = LoggerFactory.getLogger(EventBroadcaster.class);
    private static final int QUEUE_SIZE = 1000;
    private static final int ATTEMPTS = 12;
    private static final int NAMES = 100;
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(10);

    private final Client client;
    private final Resources<Event> events;
    private final BlockingQueue<Occurrence> queue = new ArrayBlockingQueue<>(QUEUE_SIZE);
    private final EventCorrelator correlator = new EventCorrelator();
    private final LongAdder dropped = new LongAdder();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread writer;
    private Instant lastUsed = Instant.EPOCH; // writer thread only

    private EventBroadcaster(Client client) {
        this.client = client;
        this.events = client.resources(Event.class);
        this.writer = Thread.ofVirtual().name("events").unstarted(this::write);
    }

    public static EventBroadcaster start(Client client) {
        EventBroadcaster broadcaster = new EventBroadcaster(client);
        broadcaster.writer.start();
        return broadcaster;
    }

    /**
     * A recorder that speaks for a component.
     *
     * @param component such as {@code deployment-controller}
     * @param host node of the component; empty if that does not matter
     */
    public EventRecorder recorder(String component, String host) {
        return new EventRecorder(this, component, host);
    }

    public EventRecorder recorder(String component) {
        return recorder(component, "");
    }

    /** Occurrences that found the queue full. */
    public long dropped() {
        return dropped.sum();
    }

    void record(Occurrence occurrence) {
        if (stop.getCount() > 0 && !queue.offer(occurrence)) {
            dropped.increment();
        }
    }

    private void write() {
        try {
            while (true) {
                Occurrence occurrence = queue.take();
                Optional<EventCorrelator.Decision> decision = correlator.decide(occurrence, now());
                if (decision.isPresent()) {
                    writeWithRetries(occurrence, decision.get());
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    /** Strictly growing, because names are made of it. */
    private Instant now() {
        Instant now = client.time().instant();
        lastUsed = now.isAfter(lastUsed) ? now : lastUsed.plusNanos(1);
        return lastUsed;
    }

    private void writeWithRetries(Occurrence occurrence, EventCorrelator.Decision decision)
            throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                writeOnce(occurrence, decision);
                return;
            } catch (ApiException e) {
                LOG.atDebug()
                        .addKeyValue("event", decision.name())
                        .addKeyValue("cause", e.getMessage())
                        .log("event refused");
                return;
            } catch (TransportException e) {
                if (attempt == ATTEMPTS) {
                    LOG.atWarn().addKeyValue("event", decision.name()).log("event lost, no server");
                    return;
                }
                if (stop.await(BETWEEN_ATTEMPTS.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (RuntimeException e) {
                LOG.atWarn().addKeyValue("event", decision.name()).setCause(e).log("event not written");
                return;
            }
        }
    }

    private void writeOnce(Occurrence occurrence, EventCorrelator.Decision decision) {
        if (!decision.isNew()) {
            Map<String, Object> patch = new LinkedHashMap<>();
            patch.put("count", decision.count());
            patch.put("lastTimestamp", text(decision.last()));
            patch.put("message", decision.message());
            try {
                events.patch(
                        new ObjectKey(namespaceOf(occurrence.about()), decision.name()),
                        PatchType.STRATEGIC,
                        patch,
                        "");
                return;
            } catch (ApiException e) {
                if (!e.isNotFound()) {
                    throw e;
                }
            }
        }
        String name = submit(occurrence, decision);
        correlator.wrote(decision.key(), name, decision.count(), decision.first());
    }

    /** Names are made of the time, which stands still in tests: another component may have used it at the same moment. */
    private String submit(Occurrence occurrence, EventCorrelator.Decision decision) {
        EventCorrelator.Decision named = decision;
        for (int attempt = 1; ; attempt++) {
            try {
                events.submit(namespaceOf(occurrence.about()), build(occurrence, named));
                return named.name();
            } catch (ApiException e) {
                if (!e.isAlreadyExists() || attempt == NAMES) throw e;
                named = decision.named(EventCorrelator.nameOf(occurrence.about(), now()));
            }
        }
    }

    private static Map<String, Object> build(Occurrence occurrence, EventCorrelator.Decision decision) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", decision.name());
        metadata.put("namespace", namespaceOf(occurrence.about()));
        Map<String, Object> source = new LinkedHashMap<>();
        source.put("component", occurrence.component());
        if (!occurrence.host().isEmpty()) source.put("host", occurrence.host());
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("apiVersion", "v1");
        event.put("kind", "Event");
        event.put("metadata", metadata);
        event.put("involvedObject", reference(occurrence.about()));
        event.put("reason", occurrence.reason());
        event.put("message", decision.message());
        event.put("source", source);
        event.put("firstTimestamp", text(decision.first()));
        event.put("lastTimestamp", text(decision.last()));
        event.put("count", (long) decision.count());
        event.put("type", occurrence.type());
        event.put("reportingComponent", occurrence.component());
        event.put("reportingInstance", occurrence.host());
        return event;
    }

    private static Map<String, Object> reference(ObjectReference about) {
        Map<String, Object> tree = new LinkedHashMap<>();
        putGiven(tree, "kind", about.getKind());
        putGiven(tree, "namespace", about.getNamespace());
        putGiven(tree, "name", about.getName());
        putGiven(tree, "uid", about.getUid());
        putGiven(tree, "apiVersion", about.getApiVersion());
        putGiven(tree, "resourceVersion", about.getResourceVersion());
        putGiven(tree, "fieldPath", about.getFieldPath());
        return tree;
    }

    private static void putGiven(Map<String, Object> tree, String field, String value) {
        if (value != null) tree.put(field, value);
    }

    private static String namespaceOf(ObjectReference about) {
        return about.getNamespace() == null || about.getNamespace().isEmpty() ? "default" : about.getNamespace();
    }

    private static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Stops; what waits is dropped. */
    @Override
    public void close() {
        stop.countDown();
        writer.interrupt();
        try {
            writer.join(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
