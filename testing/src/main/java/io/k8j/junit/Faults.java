package io.k8j.junit;

import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Trouble on demand between clients and the API server, for requests over HTTPS and for those of the cluster's own
 * components alike. Each fault lasts until it is closed or used up. Safe for all threads.
 */
public final class Faults {
    /** Chooses the requests that meet a fault. */
    @FunctionalInterface
    public interface Match {
        /** @param agent the client's program, its User-Agent */
        boolean matches(String user, String agent, ApiCall call);

        /** All requests for a resource such as {@code pods}. */
        static Match resource(String plural) {
            return (user, agent, call) -> call.resource().resource().equals(plural);
        }

        /** All requests with a verb ({@code create}, {@code get}, {@code watch}, …) for a resource. */
        static Match of(String verb, String plural) {
            return (user, agent, call) -> call.verb().word().equals(verb)
                    && call.resource().resource().equals(plural);
        }

        /** Narrows it to the requests of one user, such as {@code system:admin}, whom a cluster's kubeconfig names. */
        default Match by(String wanted) {
            return (user, agent, call) -> user.equals(wanted) && matches(user, agent, call);
        }
    }

    /** A fault that is switched on. */
    public interface Fault extends AutoCloseable {
        /** How many requests have met it. */
        int count();

        @Override
        void close();
    }

    private interface Effect {
        void apply() throws InterruptedException;
    }

    private final class Active implements Fault {
        private final Match match;
        private final Effect effect;
        private final int times;
        private final AtomicInteger met = new AtomicInteger();

        Active(Match match, int times, Effect effect) {
            this.match = match;
            this.times = times;
            this.effect = effect;
        }

        @Override
        public int count() {
            return Math.min(met.get(), times);
        }

        @Override
        public void close() {
            active.remove(this);
        }
    }

    private final List<Active> active = new CopyOnWriteArrayList<>();

    Faults() {}

    void before(UserInfo user, String agent, ApiCall call) {
        for (Active fault : active) {
            if (!fault.match.matches(user.name(), agent, call)) {
                continue;
            }
            if (fault.met.incrementAndGet() > fault.times) {
                fault.close();
                continue;
            }
            try {
                fault.effect.apply();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw refusal(503, "request interrupted");
            }
        }
    }

    private Fault add(Match match, int times, Effect effect) {
        Active fault = new Active(match, times, effect);
        active.add(fault);
        return fault;
    }

    /** Refuses the next requests that match with a status such as 409, 429, 500 or 503. Nothing is changed by them. */
    public Fault refuse(Match match, int times, int code) {
        return add(match, times, () -> {
            throw refusal(code, "refused by a test");
        });
    }

    /** Delays all requests that match by a span of the machine's time. */
    public Fault delay(Match match, Duration span) {
        return add(match, Integer.MAX_VALUE, () -> Thread.sleep(span));
    }

    /** Removes all faults. */
    public void clear() {
        active.clear();
    }

    static ApiException refusal(int code, String message) {
        Map<String, Object> details = new LinkedHashMap<>();
        String reason = switch (code) {
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "NotFound";
            case 409 -> "Conflict";
            case 410 -> "Expired";
            case 422 -> "Invalid";
            case 429 -> "TooManyRequests";
            case 503 -> "ServiceUnavailable";
            case 504 -> "Timeout";
            default -> "InternalError";
        };
        if (code == 429) {
            details.put("retryAfterSeconds", 1);
        }
        return new ApiException(code, reason, message, details);
    }
}
