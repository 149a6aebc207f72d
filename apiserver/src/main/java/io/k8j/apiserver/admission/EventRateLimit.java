package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.validation.Findings;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.FieldError;
import io.k8j.model.time.Time;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Takes so many Events and no more: from all together, from each namespace, user, or about each object. */
final class EventRateLimit implements AdmissionPlugin {
    private static final int CACHE_SIZE = 4096;
    private static final List<String> TYPES = List.of("Namespace", "Server", "SourceAndObject", "User");

    /**
     * One limit, in the words of its configuration.
     *
     * @param qps Events each second
     * @param burst Events at once
     * @param cacheSize how many keys are told apart; of more, those that were not seen for longest start anew
     */
    record Limit(String type, int qps, int burst, int cacheSize) {}

    /** Tokens that come back with time. Guarded by its limiter's lock. */
    private static final class Bucket {
        private double tokens;
        private long filled;
    }

    private static final class Limiter {
        private final Limit limit;
        private final Map<String, Bucket> buckets; // guarded by this

        Limiter(Limit limit) {
            this.limit = limit;
            int size = limit.cacheSize() == 0 ? CACHE_SIZE : limit.cacheSize();
            this.buckets = new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                    return size() > size;
                }
            };
        }

        synchronized boolean takes(String key, long now) {
            Bucket bucket = buckets.computeIfAbsent(key, k -> {
                Bucket full = new Bucket();
                full.tokens = limit.burst();
                full.filled = now;
                return full;
            });
            bucket.tokens = Math.min(limit.burst(), bucket.tokens + (now - bucket.filled) / 1e9 * limit.qps());
            bucket.filled = now;
            if (bucket.tokens < 1) return false;
            bucket.tokens--;
            return true;
        }
    }

    private final List<Limiter> limiters;
    private final Time time;

    EventRateLimit(List<Limit> limits, Time time) {
        this.limiters = limits.stream().map(Limiter::new).toList();
        this.time = time;
    }

    /** @throws IllegalArgumentException if it is to run and has no limits */
    static EventRateLimit of(List<Limit> limits, AdmissionSettings settings, Time time) {
        if (limits.isEmpty() && settings.enabled().contains("EventRateLimit")) {
            throw new IllegalArgumentException("EventRateLimit: limits: Invalid value: null: must not be empty");
        }
        return new EventRateLimit(limits, time);
    }

    /** @throws IllegalArgumentException with all that is wrong */
    static List<Limit> read(Map<String, Object> configuration) {
        Findings f = new Findings();
        Set<String> seen = new HashSet<>();
        List<Limit> limits = new ArrayList<>();
        for (Place item : Place.of(configuration).field("limits").items()) {
            String type = item.text("type");
            if (!TYPES.contains(type)) {
                f.notSupported(item.field("type"), type, TYPES);
            } else if (!seen.add(type)) {
                f.duplicate(item.field("type"), type);
            }
            positive(f, item.field("burst"));
            positive(f, item.field("qps"));
            f.notNegative(item.field("cacheSize"), item.field("cacheSize").number(0));
            limits.add(new Limit(
                    type,
                    (int) item.field("qps").number(0),
                    (int) item.field("burst").number(0),
                    (int) item.field("cacheSize").number(0)));
        }
        if (!f.isEmpty()) throw new IllegalArgumentException(FieldError.aggregate(f.list()));
        return limits;
    }

    private static void positive(Findings f, Place at) {
        if (at.number(0) <= 0) f.invalid(at, at.number(0), "must be positive");
    }

    @Override
    public String name() {
        return "EventRateLimit";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        boolean writes = request.operation() == Operation.CREATE || request.operation() == Operation.UPDATE;
        return writes
                && request.kind().kind().equals("Event")
                && Ask.subresource(request).isEmpty()
                && !request.context().dryRun();
    }

    @Override
    public void validate(AdmissionRequest request) {
        long now = time.nanoTime();
        String refused = null;
        for (Limiter limiter : limiters) { // each counts, whatever the others say
            String key = key(limiter.limit.type(), request);
            if (!limiter.takes(key, now)) {
                refused = "limit reached on type %s for key %s".formatted(limiter.limit.type(), key);
            }
        }
        if (refused != null) throw new ApiException(429, "TooManyRequests", refused, null);
    }

    private static String key(String type, AdmissionRequest request) {
        return switch (type) {
            case "Namespace" -> Ask.namespace(request);
            case "User" -> request.context().user().name();
            case "SourceAndObject" -> sourceAndObject(Ask.object(request));
            default -> "";
        };
    }

    /** The newer Events have other names for the same things. */
    private static String sourceAndObject(Place event) {
        Place source = event.field(event.field("deprecatedSource").present() ? "deprecatedSource" : "source");
        Place object = event.field(event.field("regarding").present() ? "regarding" : "involvedObject");
        StringBuilder key = new StringBuilder(source.text("component")).append(source.text("host"));
        for (String part : List.of("kind", "namespace", "name", "uid", "apiVersion")) key.append(object.text(part));
        return key.toString();
    }
}
