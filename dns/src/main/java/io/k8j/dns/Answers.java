package io.k8j.dns;

import java.net.Inet6Address;
import java.net.InetSocketAddress;

/** The resolver with its counters, as both listeners use it. */
final class Answers {
    private final Resolver resolver;
    private final ClusterZone zone;
    private final String domain;
    private final Metrics metrics;

    Answers(Resolver resolver, ClusterZone zone, String domain, Metrics metrics) {
        this.resolver = resolver;
        this.zone = zone;
        this.domain = domain;
        this.metrics = metrics;
    }

    /** Null if it has to wait for others. */
    byte[] atOnce(Query query, boolean tcp) {
        return resolver.answerAtOnce(query, tcp);
    }

    byte[] waiting(Query query, boolean tcp) {
        return resolver.answer(query, tcp);
    }

    void count(Query query, byte[] answer, boolean tcp, InetSocketAddress client, long begin) {
        String name = zone.holds(query.name()) ? domain + "." : ".";
        boolean v6 = client.getAddress() instanceof Inet6Address;
        metrics.answered(query, answer, tcp, v6, name, System.nanoTime() - begin);
    }
}
