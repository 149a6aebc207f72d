package io.k8j.apiserver.http;

import io.k8j.apiserver.audit.AuditEvent;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.GoQuote;
import java.nio.charset.StandardCharsets;
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
            if (refusal.isPlain()) {
                sendPlain(exchange, refusal);
            } else {
                if (refusal.isOfAuthorizer()) exchange.setResponseHeader("X-Content-Type-Options", "nosniff");
                Answers.sendStatus(exchange, refusal);
            }
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

    private static void sendPlain(Exchange exchange, ApiException refusal) {
        LOG.atError().addKeyValue("uri", exchange.uri()).log("request failed: {}", refusal.getMessage());
        String text = "Internal Server Error: " + GoQuote.quote(exchange.uri()) + ": " + refusal.getMessage();
        String harmless = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        exchange.setResponseHeader("X-Content-Type-Options", "nosniff");
        exchange.respond(
                refusal.code(), "text/plain; charset=utf-8", (harmless + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
