package io.k8j.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the watches of their events. Guarded by the commit lock, except for {@link One#close}. */
final class Watchers {
    private static final Logger log = LoggerFactory.getLogger(Watchers.class);

    private final List<One> all = new CopyOnWriteArrayList<>();

    /** A watch; {@code next} is the first revision it has not been told of. */
    final class One {
        private final String prefix;
        private final WatchListener listener;
        private long next;
        private volatile boolean closed;

        One(String prefix, long next, WatchListener listener) {
            this.prefix = prefix;
            this.next = next;
            this.listener = listener;
        }

        long next() {
            return next;
        }

        boolean closed() {
            return closed;
        }

        void close() {
            closed = true;
            all.remove(this);
        }

        /** Tells what matches of {@code events}, which reach up to {@code revision}. */
        void tell(List<Event> events, long revision) {
            List<Event> matching = matching(events);
            next = Math.max(next, revision + 1);
            if (!closed && !matching.isEmpty()) {
                call(() -> listener.onEvents(matching, revision));
            }
        }

        void progress(long revision) {
            if (!closed && next == revision + 1) {
                call(() -> listener.onProgress(revision));
            }
        }

        void end(WatchEnd end) {
            if (!closed) {
                close();
                call(() -> listener.onEnd(end));
            }
        }

        private List<Event> matching(List<Event> events) {
            if (events.size() == 1) {
                return matches(events.getFirst()) ? events : List.of();
            }
            List<Event> found = new ArrayList<>();
            for (Event event : events) {
                if (matches(event)) {
                    found.add(event);
                }
            }
            return List.copyOf(found);
        }

        private boolean matches(Event event) {
            return event.revision() >= next && event.key().startsWith(prefix);
        }

        @SuppressWarnings("CatchingUnchecked") // whatever a listener throws must not stop the store
        private void call(Runnable call) {
            try {
                call.run();
            } catch (Exception e) {
                log.atError().addKeyValue("prefix", prefix).setCause(e).log("a store listener failed, its watch ends");
                end(new WatchEnd.Failed(e));
            }
        }
    }

    void add(One watch) {
        all.add(watch);
    }

    void tell(List<Event> events, long revision) {
        for (One watch : all) {
            watch.tell(events, revision);
        }
    }

    void progress(long revision) {
        for (One watch : all) {
            watch.progress(revision);
        }
    }

    void end(WatchEnd end) {
        for (One watch : all) {
            watch.end(end);
        }
    }
}
