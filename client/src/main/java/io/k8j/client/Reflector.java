package io.k8j.client;

import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.TransportException;
import io.k8j.model.api.Verb;
import io.k8j.model.api.WatchListener;
import io.k8j.model.resource.GroupVersionResource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists a resource, then follows it by watch for ever, and tells a sink all it sees. After a broken watch it goes on where
 * it was; when the server no longer has that version, it lists anew. Works on undecoded objects.
 */
public final class Reflector implements AutoCloseable {
    /** Called on the reflector's own virtual thread, one call at a time. */
    public interface Sink {
        /** The complete state; what is not in it is gone. */
        void replace(List<ApiObject> items);

        /** One change; never a bookmark. */
        void event(WatchListener.EventType type, ApiObject object);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Reflector.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(50);
    /** So many may end at once without a pause: on a clock that is moved, watches reach their age in no time. */
    private static final int BRIEF = 3;

    private static final Duration LONGEST_RETRY = Duration.ofSeconds(10);

    private final ApiTransport transport;
    private final GroupVersionResource resource;
    private final ListOptions options;
    private final Sink sink;
    private final CountDownLatch synced = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closed;

    public Reflector(ApiTransport transport, GroupVersionResource resource, ListOptions options, Sink sink) {
        this.transport = transport;
        this.resource = resource;
        this.options = options;
        this.sink = sink;
        this.thread =
                Thread.ofVirtual().name("reflector-" + resource.qualified()).unstarted(this::run);
    }

    /** Begins in the background; call once. */
    public Reflector start() {
        thread.start();
        return this;
    }

    /** Waits until the first complete state was told to the sink. */
    public boolean awaitSynced(Duration limit) throws InterruptedException {
        return synced.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    public boolean hasSynced() {
        return synced.getCount() == 0;
    }

    public GroupVersionResource resource() {
        return resource;
    }

    private void run() {
        Duration retry = FIRST_RETRY;
        String version = null; // to go on from; null when a new list is needed
        int brief = 0; // watches in a row that ended at once
        while (!closed) {
            long begin = System.nanoTime();
            try {
                if (version == null) {
                    version = listAnew();
                }
                version = follow(version);
                brief = System.nanoTime() - begin >= FIRST_RETRY.toNanos() ? 0 : brief + 1;
                if (brief <= BRIEF || pause(FIRST_RETRY)) {
                    retry = FIRST_RETRY;
                }
            } catch (BrokenWatchException e) {
                if (closed) {
                    return;
                }
                version = e.isGone() ? null : e.version;
                retry = System.nanoTime() - begin > LONGEST_RETRY.toNanos() ? FIRST_RETRY : retry;
                retry = waitAfter(e.getCause(), retry);
            } catch (ApiException | TransportException e) {
                if (closed) {
                    return;
                }
                version = null;
                retry = waitAfter(e, retry);
            } catch (InterruptedException e) {
                return; // closed
            } catch (RuntimeException e) {
                if (closed) {
                    return;
                }
                LOG.atError()
                        .addKeyValue("resource", resource.qualified())
                        .setCause(e)
                        .log("informer failed, lists anew");
                version = null;
                retry = waitAfter(e, retry);
            }
        }
    }

    private Duration waitAfter(Throwable cause, Duration retry) {
        if (cause instanceof ApiException api && api.isGone()) {
            return FIRST_RETRY;
        }
        LOG.atDebug()
                .addKeyValue("resource", resource.qualified())
                .addKeyValue("cause", cause.getMessage())
                .log("list or watch failed");
        pause(retry);
        Duration next = retry.multipliedBy(2);
        return next.compareTo(LONGEST_RETRY) < 0 ? next : LONGEST_RETRY;
    }

    /** False when it was interrupted, which only {@link #close} does. */
    private static boolean pause(Duration time) {
        try {
            Thread.sleep(time);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private String listAnew() {
        Map<String, String> query = options.query();
        query.put("resourceVersion", "0");
        ApiResponse.ApiList list = transport
                .call(new ApiCall(Verb.LIST, resource, options.namespace(), "", "", query, null, null))
                .list();
        sink.replace(list.items());
        synced.countDown();
        return list.resourceVersion();
    }

    /** Carries the version to go on from beside the cause. */
    private static final class BrokenWatchException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final transient String version;

        BrokenWatchException(RuntimeException cause, String version) {
            super(cause);
            this.version = version;
        }

        boolean isGone() {
            return getCause() instanceof ApiException api && (api.isGone() || api.code() == 400);
        }
    }

    /** Follows one watch until it ends; gives the version to go on from. */
    private String follow(String from) throws InterruptedException {
        LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
        String[] version = {from};
        boolean[] over = {false};
        RuntimeException[] failure = {null};
        WatchListener listener = new WatchListener() {
            @Override
            public void event(EventType type, ApiObject object) {
                events.add(() -> {
                    if (type != EventType.BOOKMARK) {
                        sink.event(type, object);
                    }
                    version[0] = object.resourceVersion();
                });
            }

            @Override
            public boolean onlyNotes() {
                return true;
            }

            @Override
            public void closed(RuntimeException cause) {
                events.add(() -> {
                    over[0] = true;
                    failure[0] = cause;
                });
            }
        };
        try (ApiTransport.Watch watch = open(from, listener)) {
            while (!over[0] && !closed) {
                events.take().run();
            }
        }
        if (failure[0] != null) {
            throw new BrokenWatchException(failure[0], version[0]);
        }
        return version[0];
    }

    private ApiTransport.Watch open(String from, WatchListener listener) {
        try {
            Map<String, String> query = options.query();
            query.put("resourceVersion", from);
            query.put("allowWatchBookmarks", "true");
            return transport.watch(
                    new ApiCall(Verb.WATCH, resource, options.namespace(), "", "", query, null, null), listener);
        } catch (ApiException | TransportException e) {
            throw new BrokenWatchException(e, from);
        }
    }

    /** Ends the watch. Nothing is told to the sink afterwards, except by a call that is running. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
