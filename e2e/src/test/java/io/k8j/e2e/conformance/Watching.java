package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** One watch whose events are read by one test. */
final class Watching implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    /** One event; its object is a tree. */
    record Event(String type, Map<String, Object> object) {
        String at(String... path) {
            Object value = Trees.get(object, path);
            return value == null ? null : String.valueOf(value);
        }

        String name() {
            return at("metadata", "name");
        }

        String resourceVersion() {
            return at("metadata", "resourceVersion");
        }

        /** What tests compare: type and name. */
        String brief() {
            return type + " " + name();
        }
    }

    private final String path;
    private final Stream<String> lines;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    private Watching(String path, Stream<String> lines) {
        this.path = path;
        this.lines = lines;
    }

    static Watching of(String path, HttpResponse<Stream<String>> answer) {
        assertThat(answer.statusCode()).as("watch " + path).isEqualTo(200);
        Watching watching = new Watching(path, answer.body());
        Thread.ofVirtual().start(watching::read);
        return watching;
    }

    private void read() {
        try {
            lines.map(Json::parseObject)
                    .map(line -> new Event(Trees.string(line, "type"), Trees.map(line, "object")))
                    .forEach(events::add);
        } catch (UncheckedIOException closed) {
            // The test has seen enough; whoever waits for more says what is missing.
        }
    }

    /** The next event, whatever it is. */
    Event next() {
        try {
            Event event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(event).as("an event of the watch " + path).isNotNull();
            return event;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The next event of this type that fits; others before it are passed over. */
    Event next(String type, Predicate<Event> fits) {
        while (true) {
            Event event = next();
            if (event.type().equals(type) && fits.test(event)) return event;
        }
    }

    Event next(String type, String name) {
        return next(type, event -> name.equals(event.name()));
    }

    @Override
    public void close() {
        lines.close();
    }
}
