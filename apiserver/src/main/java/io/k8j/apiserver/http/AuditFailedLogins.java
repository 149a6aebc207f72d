package io.k8j.apiserver.http;

import io.k8j.apiserver.audit.AuditEvent;
import io.k8j.apiserver.audit.AuditStage;
import io.k8j.apiserver.audit.Auditor;
import io.k8j.model.api.ApiException;

/** Records requests that are refused because nobody knows their credentials. Stands right before authentication. */
record AuditFailedLogins(Auditor auditor) implements RequestFilter {
    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        try {
            next.proceed(exchange);
        } catch (ApiException refusal) {
            if (exchange.user() == null) {
                AuditEvent event = auditor.open(
                        AuditRequests.origin(auditor, exchange),
                        exchange.facts()
                                .attributes(
                                        new io.k8j.apiserver.spi.UserInfo(
                                                "", "", java.util.List.of(), java.util.Map.of()),
                                        exchange.path()));
                event.responseStatus(refusal.toStatus());
                auditor.stage(event, AuditStage.RESPONSE_STARTED);
            }
            throw refusal;
        }
    }
}
