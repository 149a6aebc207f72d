package io.k8j.kubelet.cri;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.k8j.kubelet.cri.events.Envelope;
import io.k8j.kubelet.cri.events.SubscribeRequest;
import io.k8j.kubelet.cri.events.TaskEvent;
import io.k8j.kubelet.cri.v1.ContainerEventResponse;
import io.k8j.kubelet.cri.v1.ContainerEventType;
import io.k8j.kubelet.cri.v1.ContainerState;
import io.k8j.kubelet.cri.v1.GetEventsRequest;
import io.k8j.kubelet.cri.v1.PodSandboxState;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the runtime's events: CRI's own stream where the runtime has it, containerd's event service otherwise, and a
 * relist each second where there is neither. Reconnects for as long as it is open. Because events can get lost or come
 * before the runtime shows what they tell of, it also compares all states every ten seconds and tells of each change.
 */
final class EventWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EventWatch.class);
    private static final long RETRY_MILLIS = 1000;
    private static final long LOOK_MILLIS = 10_000;
    private static final long LONGEST_PAUSE_MILLIS = 1000;
    private static final long LONGEST_WAIT_NANOS = TimeUnit.MINUTES.toNanos(1);

    private enum Source {
        CRI,
        CONTAINERD,
        POLL
    }

    private final GrpcCalls calls;
    private final ContainerRuntime runtime;
    private final String namespace;
    private final Consumer<RuntimeEvent> listener;
    private final AtomicReference<AutoCloseable> stream = new AtomicReference<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private EventWatch(GrpcCalls calls, ContainerRuntime runtime, String namespace, Consumer<RuntimeEvent> listener) {
        this.calls = calls;
        this.runtime = runtime;
        this.namespace = namespace;
        this.listener = listener;
    }

    static EventWatch start(
            GrpcCalls calls, ContainerRuntime runtime, String namespace, Consumer<RuntimeEvent> listener) {
        EventWatch watch = new EventWatch(calls, runtime, namespace, listener);
        Thread.ofVirtual().name("runtime-events").start(watch::run);
        Thread.ofVirtual().name("runtime-look").start(watch::compare);
        return watch;
    }

    private void compare() {
        StateLook last = StateLook.NOTHING;
        try {
            while (!closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                try {
                    long begin = System.nanoTime();
                    StateLook now = StateLook.at(runtime);
                    calls.metrics().relisted(begin, System.nanoTime(), System.currentTimeMillis() / 1e3);
                    if (last != StateLook.NOTHING) {
                        last.changedBy(now).forEach(id -> listener.accept(new RuntimeEvent(id)));
                    }
                    last = now;
                } catch (RuntimeFailure e) {
                    // Whoever needs the runtime says so; the next look comes soon.
                    log.atDebug().addKeyValue("cause", e.getMessage()).log("states of the runtime not compared");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Source source = Source.CRI;
        try {
            do {
                Status end = follow(source);
                if (end.getCode() == Status.Code.UNIMPLEMENTED && source != Source.POLL) {
                    source = source == Source.CRI ? Source.CONTAINERD : Source.POLL;
                    log.atDebug().addKeyValue("source", source).log("runtime has no such event stream, try the next");
                    continue;
                }
                if (closed.getCount() > 0 && source != Source.POLL) {
                    log.atWarn()
                            .addKeyValue("reason", end.getCode())
                            .log("event stream of the runtime ended, open it again");
                }
                if (closed.await(RETRY_MILLIS, TimeUnit.MILLISECONDS)) return;
            } while (closed.getCount() > 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Status follow(Source source) throws InterruptedException {
        var ended = new CountDownLatch(1);
        var reason = new AtomicReference<>(Status.OK);
        Consumer<Status> onEnd = status -> {
            reason.set(status);
            ended.countDown();
        };
        if (source != Source.POLL) {
            stream.set(
                    source == Source.CRI
                            ? calls.stream(
                                    "runtime.v1.RuntimeService/GetContainerEvents",
                                    GetEventsRequest.getDefaultInstance(),
                                    ContainerEventResponse.getDefaultInstance(),
                                    this::onContainer,
                                    onEnd)
                            : calls.stream(
                                    "containerd.services.events.v1.Events/Subscribe",
                                    SubscribeRequest.newBuilder()
                                            .addFilters("namespace==" + namespace + ",topic==\"/tasks/exit\"")
                                            .build(),
                                    Envelope.getDefaultInstance(),
                                    this::onTask,
                                    onEnd));
        }
        if (closed.getCount() == 0) cancel();
        listener.accept(RuntimeEvent.relist());
        if (source != Source.POLL) ended.await();
        return reason.get();
    }

    /** Whoever starts or removes something knows it; only ends come by themselves. */
    private void onContainer(ContainerEventResponse event) {
        if (event.getContainerEventType() == ContainerEventType.CONTAINER_STOPPED_EVENT) {
            listener.accept(new RuntimeEvent(event.getContainerId()));
        }
    }

    private void onTask(Envelope envelope) {
        TaskEvent task;
        try {
            task = TaskEvent.parseFrom(envelope.getEvent().getValue());
        } catch (InvalidProtocolBufferException e) {
            log.atWarn().addKeyValue("topic", envelope.getTopic()).setCause(e).log("runtime event not readable");
            return;
        }
        String id = task.getContainerId();
        if (task.getId().isEmpty() || task.getId().equals(id)) { // otherwise the end of an exec
            Thread.ofVirtual().name("runtime-exit").start(() -> {
                awaitExitVisible(id);
                listener.accept(new RuntimeEvent(id));
            });
        }
    }

    /** The CRI plugin hears of an exit by the same event as we do: gives it the time to note it down. */
    private void awaitExitVisible(String id) {
        try {
            long end = System.nanoTime() + LONGEST_WAIT_NANOS;
            for (long pause = 2; !isOver(runtime, id); pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
                if (closed.await(pause, TimeUnit.MILLISECONDS) || System.nanoTime() > end) return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the end shows. A start that is under way shows neither a running nor an ended container. */
    static boolean isOver(ContainerRuntime runtime, String id) {
        try {
            ContainerState state = runtime.containerStatus(id).getState();
            return state != ContainerState.CONTAINER_CREATED && state != ContainerState.CONTAINER_RUNNING;
        } catch (RuntimeFailure notContainer) {
            if (!notContainer.isNotFound()) return false;
        }
        try {
            return runtime.podSandboxStatus(id).getState() != PodSandboxState.SANDBOX_READY;
        } catch (RuntimeFailure e) {
            return e.isNotFound();
        }
    }

    private void cancel() {
        AutoCloseable open = stream.getAndSet(null);
        if (open == null) return;
        try {
            open.close();
        } catch (Exception e) {
            log.atDebug().setCause(e).log("cancel event stream");
        }
    }

    @Override
    public void close() {
        closed.countDown();
        cancel();
    }
}
