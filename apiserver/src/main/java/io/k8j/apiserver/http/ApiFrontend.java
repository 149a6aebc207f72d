package io.k8j.apiserver.http;

import io.k8j.apiserver.audit.Auditor;
import io.k8j.apiserver.authn.Authentication;
import io.k8j.apiserver.authn.RequestHeaders;
import io.k8j.apiserver.flowcontrol.FlowController;
import io.k8j.apiserver.metrics.AccessMetrics;
import io.k8j.apiserver.spi.Authorizer;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The order in which requests are filtered, written once, and the dispatcher behind it. */
public final class ApiFrontend implements ExchangeHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ApiFrontend.class);

    private final List<RequestFilter> filters;
    private final RequestFilter.Next dispatcher;

    private ApiFrontend(List<RequestFilter> filters, RequestFilter.Next dispatcher) {
        this.filters = filters;
        this.dispatcher = dispatcher;
    }

    /**
     * Composes the way of a request; the first entry runs first.
     *
     * @param proxy the authenticating proxy; null for none
     * @param auditor null if nothing is recorded
     * @param load bounds what is served at once
     */
    public static ApiFrontend of(
            Authentication authentication,
            RequestHeaders.Settings proxy,
            Authorizer authorizer,
            RequestMetrics metrics,
            Auditor auditor,
            RequestFilter load,
            Serving serving,
            AccessMetrics logins,
            RequestFilter.Next dispatcher) {
        boolean audited = auditor != null;
        List<RequestFilter> filters = new ArrayList<>();
        filters.add(new Measure(metrics)); // first, so that refusals are counted
        filters.add(new RefusalsToStatus()); // everything behind it may throw
        filters.add(new WellFormedPath());
        filters.add(new StandardHeaders());
        filters.add(new RefuseWhenStopping(serving.drain()));
        filters.add(new RefusalsToStatus()); // so that a request counts until its answer is on its way
        filters.add(serving.deadlines()); // authentication may wait for others, so it counts
        filters.add(new LimitHttp2(serving.goawayChance()));
        if (audited) filters.add(new AuditFailedLogins(auditor));
        filters.add(new CountLogins(logins, false));
        filters.add(Authenticate.with(authentication, proxy));
        filters.add(new CountLogins(logins, true));
        if (audited) {
            filters.add(new AuditRequests(auditor)); // must know the real user
            filters.add(new RefusalsToStatus()); // so that the answer is known when the event is completed
        }
        filters.add(new Impersonate(authorizer)); // needs the real user, and decides who the user is from here on
        filters.add(load); // behind impersonation, because the user decides who waits
        return new ApiFrontend(List.copyOf(filters), dispatcher);
    }

    /** Bounds what is served at once, by priority and fairness. */
    public static RequestFilter fairShare(FlowController controller) {
        return new FairShare(controller);
    }

    /** Bounds what is served at once, by two numbers. */
    public static RequestFilter maxInFlight(int reading, int changing) {
        return new MaxInFlight(reading, changing);
    }

    /** Bounds nothing. */
    public static RequestFilter unbounded() {
        return (exchange, next) -> next.proceed(exchange);
    }

    @Override
    public void handle(Exchange exchange) {
        try {
            proceed(exchange, 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | StackOverflowError e) {
            // RefusalsToStatus answers all that it can; what is left is a fault of the chain itself.
            LOG.atError().addKeyValue("uri", exchange.uri()).setCause(e).log("request failed");
        }
    }

    private void proceed(Exchange exchange, int index) throws InterruptedException {
        if (index == filters.size()) {
            dispatcher.proceed(exchange);
        } else {
            filters.get(index).handle(exchange, next -> proceed(next, index + 1));
        }
    }
}
