package io.k8j.apiserver.http;

import io.k8j.apiserver.audit.AuditEvent;
import io.k8j.model.api.ApiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers refusals with their Status, and faults of ours with a 500 that tells nothing of our inside. */
final class RefusalsToStatus implements RequestFilter {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalsToStatus.class);

    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        try {
            next.proceed(exchange);
        } catch (ApiException refusal) {
            Answers.sendStatus(exchange, refusal);
        } catch (StackOverflowError | RuntimeException e) {
            if (exchange.isExpired()) {
                LOG.atDebug().addKeyValue("uri", exchange.uri()).setCause(e).log("request was given up");
                return;
            }
            AuditEvent recorded = AuditEvent.current();
            if (recorded != null) recorded.fault(e);
            LOG.atError()
                    .addKeyValue("method", exchange.method())
                    .addKeyValue("uri", exchange.uri())
                    .setCause(e)
                    .log("request failed");
            Answers.sendStatus(exchange, ApiException.internal("the server could not serve the request; see its log"));
        }
    }
}
