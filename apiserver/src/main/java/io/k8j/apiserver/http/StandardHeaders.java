package io.k8j.apiserver.http;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Headers that every answer carries. */
final class StandardHeaders implements RequestFilter {
    private static final int LONGEST_AUDIT_ID = 64;

    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        String given = exchange.header("Audit-ID");
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String id = given != null && given.length() <= LONGEST_AUDIT_ID
                ? given
                : new UUID((random.nextLong() & ~0xf000L) | 0x4000L, (random.nextLong() >>> 2) | (1L << 63)).toString();
        exchange.auditId(id);
        exchange.addResponseHeader("Audit-Id", id);
        exchange.addResponseHeader("Cache-Control", "no-cache, private");
        next.proceed(exchange);
    }
}
