package io.k8j.apiserver.http;

import io.k8j.apiserver.audit.AuditEvent;
import io.k8j.apiserver.audit.AuditStage;
import io.k8j.apiserver.audit.Auditor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Records each request of a known user at its stages. What comes behind it must answer all refusals itself. */
record AuditRequests(Auditor auditor) implements RequestFilter {
    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        RequestFacts facts = exchange.facts();
        AuditEvent event = auditor.begin(origin(auditor, exchange), facts.attributes(exchange.user(), exchange.path()));
        boolean longRunning = facts.longRunning();
        exchange.onHead(code -> {
            event.responseCode(code);
            if (longRunning) auditor.stage(event, AuditStage.RESPONSE_STARTED);
        });
        if (longRunning) {
            // The end comes on an event loop, which must not wait for a disk.
            exchange.onComplete(() -> Thread.ofVirtual().start(() -> auditor.complete(event, true)));
        }
        Auditor.<Void, InterruptedException>within(event, () -> {
            next.proceed(exchange);
            return null;
        });
        if (!longRunning) auditor.complete(event, false);
    }

    static AuditEvent.Origin origin(Auditor auditor, Exchange exchange) {
        String agent = exchange.header("User-Agent");
        return new AuditEvent.Origin(
                exchange.auditId(),
                exchange.uri(),
                sourceIps(exchange),
                agent == null ? "" : agent,
                auditor.clock().instant());
    }

    /** The client's address, behind those that proxies name. */
    static List<String> sourceIps(Exchange exchange) {
        List<String> ips = new ArrayList<>();
        String forwarded = exchange.header("X-Forwarded-For");
        if (forwarded != null) {
            for (String part : forwarded.split(",")) addAddress(ips, part.strip());
        }
        String real = exchange.header("X-Real-Ip");
        if (real != null && !ips.contains(real.strip())) addAddress(ips, real.strip());
        InetSocketAddress remote = exchange.remoteAddress();
        if (remote != null && remote.getAddress() != null) {
            String own = remote.getAddress().getHostAddress();
            if (ips.isEmpty() || !ips.getLast().equals(own)) ips.add(own);
        }
        return ips;
    }

    private static void addAddress(List<String> ips, String text) {
        if (!text.matches("[0-9a-fA-F:.]{2,45}")) return; // no name is looked up
        try {
            ips.add(InetAddress.getByName(text).getHostAddress());
        } catch (UnknownHostException e) {
            return; // no address: left out, as upstream does
        }
    }
}
