package io.k8j.apiserver.http;

import io.k8j.apiserver.resource.ServedResource;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.WatchListener;
import io.k8j.model.json.Json;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/**
 * Writes the events of one watch as lines of JSON (or length-prefixed protobuf), in the form the client asked for. A
 * client that lets too much pile up is cut off; it lists again.
 */
final class WatchResponder implements WatchListener {
    private static final long MAX_WAITING_BYTES = 32L * 1024 * 1024;

    private final Exchange exchange;
    private final ServedResource resource;
    private final Negotiation form;
    private final ObjectForms.IncludeObject include;
    private final InstantSource clock;
    private final CountDownLatch opened = new CountDownLatch(1);
    private volatile ResponseStream stream;
    private volatile ApiTransport.Watch watch;
    private final LongAdder events;
    private final WatchFrames frames;
    private boolean columnsSent; // used by the delivering thread only

    /**
     * @param events counts what is told
     * @param frames shared by all watches
     */
    WatchResponder(
            Exchange exchange,
            ServedResource resource,
            Negotiation form,
            InstantSource clock,
            LongAdder events,
            WatchFrames frames) {
        this.events = events;
        this.frames = frames;
        this.exchange = exchange;
        this.resource = resource;
        this.form = form;
        this.include = form.transform() == Negotiation.Transform.TABLE
                ? ObjectForms.IncludeObject.of(exchange.query("includeObject"))
                : ObjectForms.IncludeObject.NONE;
        this.clock = clock;
    }

    /** The watch was accepted: sends the answer's head and lets the events go. */
    void open(ApiTransport.Watch accepted) {
        watch = accepted;
        stream = exchange.asksForWebSocket()
                ? exchange.webSocket(!form.mediaType().equals(MediaTypes.PROTOBUF))
                : exchange.stream(200, contentType());
        opened.countDown();
        exchange.onDisconnect(accepted::close);
    }

    private String contentType() {
        return form.mediaType().equals(MediaTypes.PROTOBUF) ? MediaTypes.PROTOBUF + ";stream=watch" : form.mediaType();
    }

    /** Objects as they are stored go out as their own bytes; all other forms are work, for the watch's own thread. */
    @Override
    public boolean onlyNotes() {
        awaitOpen();
        return isPlain();
    }

    private boolean isPlain() {
        return form.transform() == Negotiation.Transform.NONE
                && form.mediaType().equals(MediaTypes.JSON);
    }

    @Override
    public void event(EventType type, ApiObject object) {
        events.increment();
        if (isPlain()) {
            write(frames.parts(type, object.json()));
        } else {
            write(bytes(type, object));
        }
    }

    private byte[] bytes(EventType type, ApiObject object) {
        Map<String, Object> tree = switch (form.transform()) {
            case NONE -> null;
            case METADATA, METADATA_LIST -> ObjectForms.metadata(object, form.version());
            case TABLE -> row(object);
        };
        return frame(type.name(), tree == null ? object.json() : Json.write(tree));
    }

    private Map<String, Object> row(ApiObject object) {
        boolean first = !columnsSent;
        columnsSent = true;
        return ObjectForms.table(
                resource,
                List.of(object),
                new LinkedHashMap<>(Map.of("resourceVersion", object.resourceVersion())),
                form.version(),
                include,
                first,
                clock.instant());
    }

    private byte[] frame(String type, byte[] object) {
        if (form.mediaType().equals(MediaTypes.PROTOBUF)) {
            return ProtobufBodies.watchEvent(type, object);
        }
        return WatchFrames.line(type, object);
    }

    private void write(byte[]... parts) {
        awaitOpen();
        long waiting = stream.offer(parts);
        if (waiting > MAX_WAITING_BYTES) {
            watch.close();
            stream.abort();
        }
    }

    @Override
    public void closed(RuntimeException cause) {
        awaitOpen();
        if (cause instanceof ApiException refusal) {
            write(frame("ERROR", Json.write(refusal.toStatus())));
        }
        stream.end();
    }

    /** The first events may come before the answer's head is out. */
    private void awaitOpen() {
        boolean interrupted = false;
        while (true) {
            try {
                opened.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
