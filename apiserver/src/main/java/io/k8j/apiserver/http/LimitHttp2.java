package io.k8j.apiserver.http;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Ends HTTP/2 connections after their request: always of clients that nobody knows, because a connection with many streams
 * is too good a weapon (CVE-2023-44487), and of the others by chance, so that they spread over several servers. Stands
 * before authentication.
 */
record LimitHttp2(double goawayChance) implements RequestFilter {
    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        if (!exchange.isHttp2()) {
            next.proceed(exchange);
            return;
        }
        try {
            next.proceed(exchange);
        } finally {
            boolean unknown = exchange.user() == null || exchange.user().name().equals("system:anonymous");
            if (unknown || goawayChance > 0 && ThreadLocalRandom.current().nextDouble() < goawayChance) {
                exchange.endConnection();
            }
        }
    }
}
