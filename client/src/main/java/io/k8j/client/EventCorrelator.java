package io.k8j.client;

import io.fabric8.kubernetes.api.model.ObjectReference;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides what becomes of an occurrence: a new Event, a higher count of an earlier one, or nothing. The rules and numbers
 * are client-go's: at most 25 Events per object at once and one more each five minutes; ten different messages of one
 * reason within ten minutes are told one by one, further ones are combined. Used by one thread.
 */
final class EventCorrelator {
    private static final int CACHE_SIZE = 4096;
    private static final int MAX_SIMILAR = 10;
    private static final Duration SIMILAR_WINDOW = Duration.ofMinutes(10);
    private static final double BURST = 25;
    private static final double REFILL_PER_SECOND = 1.0 / 300;

    /**
     * What to write.
     *
     * @param name name of the Event
     * @param count 1 for a new Event, else the new count of the existing one
     */
    record Decision(Object key, String name, String message, int count, Instant first, Instant last) {
        boolean isNew() {
            return count == 1;
        }

        Decision named(String other) {
            return new Decision(key, other, message, count, first, last);
        }
    }

    private record ObjectId(
            String component, String host, String kind, String namespace, String name, String uid, String apiVersion) {}

    private record SimilarId(ObjectId object, String fieldPath, String type, String reason) {}

    private record SameId(SimilarId similar, String message) {}

    private static final class Similar {
        private final String first;
        private Set<String> messages; // null while there is but the first, as for nearly all objects
        Instant last;

        Similar(String message) {
            first = message;
        }

        /** How many different ones there are with this one. */
        int add(String message) {
            if (messages == null && message.equals(first)) return 1;
            if (messages == null) messages = new HashSet<>(Set.of(first));
            messages.add(message);
            return messages.size();
        }

        void dropOne() {
            messages.remove(messages.iterator().next());
        }
    }

    private static final class Bucket {
        double tokens = BURST;
        Instant last;
    }

    private record Told(String name, int count, Instant first) {}

    private final Map<ObjectId, Bucket> buckets = leastRecentlyUsed();
    private final Map<SimilarId, Similar> similar = leastRecentlyUsed();
    private final Map<Object, Told> told = leastRecentlyUsed();

    Optional<Decision> decide(EventBroadcaster.Occurrence event, Instant now) {
        ObjectReference about = event.about();
        ObjectId object = new ObjectId(
                event.component(),
                event.host(),
                about.getKind(),
                about.getNamespace(),
                about.getName(),
                about.getUid(),
                about.getApiVersion());
        SimilarId similarId = new SimilarId(object, about.getFieldPath(), event.type(), event.reason());
        boolean combine = isOneTooMany(similarId, event.message(), now);
        Object key = combine ? List.of(similarId) : new SameId(similarId, event.message());
        String message = combine ? "(combined from similar events): " + event.message() : event.message();
        Told before = told.get(key);
        Decision decision = before == null
                ? new Decision(key, nameOf(about, now), message, 1, now, now)
                : new Decision(key, before.name, message, before.count + 1, before.first, now);
        told.put(key, new Told(decision.name(), decision.count(), decision.first()));
        return takeToken(object, now) ? Optional.of(decision) : Optional.empty();
    }

    /** The server has answered with another count, or the Event was made anew. */
    void wrote(Object key, String name, int count, Instant first) {
        told.put(key, new Told(name, count, first));
    }

    private boolean isOneTooMany(SimilarId id, String message, Instant now) {
        Similar known = similar.get(id);
        if (known == null || Duration.between(known.last, now).compareTo(SIMILAR_WINDOW) > 0) {
            known = new Similar(message);
            similar.put(id, known);
        }
        known.last = now;
        if (known.add(message) < MAX_SIMILAR) {
            return false;
        }
        known.dropOne();
        return true;
    }

    private boolean takeToken(ObjectId id, Instant now) {
        Bucket bucket = buckets.computeIfAbsent(id, k -> new Bucket());
        if (bucket.last != null) {
            double seconds = Math.max(0, Duration.between(bucket.last, now).toMillis() / 1000.0);
            bucket.tokens = Math.min(BURST, bucket.tokens + seconds * REFILL_PER_SECOND);
        }
        bucket.last = now;
        if (bucket.tokens < 1) {
            return false;
        }
        bucket.tokens--;
        return true;
    }

    static String nameOf(ObjectReference about, Instant now) {
        long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        return about.getName() + "." + Long.toHexString(nanos);
    }

    private static <K, V> Map<K, V> leastRecentlyUsed() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > CACHE_SIZE;
            }
        };
    }
}
