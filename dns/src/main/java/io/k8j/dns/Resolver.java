package io.k8j.dns;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Finds the answer to a query: from the cluster, from memory, or from others. Safe for all threads. */
final class Resolver {
    private static final int LONGEST_CHAIN = 8;

    private final ClusterZone zone;
    private final Forwarder forwarder;
    private final BooleanSupplier ready;

    /** @param ready whether the zone knows the cluster; until then its names are refused with SERVFAIL */
    Resolver(ClusterZone zone, Forwarder forwarder, BooleanSupplier ready) {
        this.zone = zone;
        this.forwarder = forwarder;
        this.ready = ready;
    }

    /** The encoded answer, if it can be given without waiting; else null. */
    byte[] answerAtOnce(Query query, boolean tcp) {
        if (query.rcode() != 0) return ReplyWriter.write(query, Reply.error(query.rcode()), tcp);
        if (query.type() == Wire.ANY) return ReplyWriter.write(query, Reply.error(Wire.REFUSED), tcp);
        boolean ours = zone.holds(query.name());
        if ((ours || ReverseNames.isReverse(query.name())) && !ready.getAsBoolean()) {
            return ReplyWriter.write(query, Reply.error(Wire.SERVFAIL), tcp);
        }
        if (ours) {
            Reply reply = zone.answer(query.name(), query.type());
            return leadsOn(reply, query.type()) ? null : ReplyWriter.write(query, reply, tcp);
        }
        if (ReverseNames.isReverse(query.name())) {
            Reply reply = zone.reverse(query.name(), query.type());
            if (reply != null) return ReplyWriter.write(query, reply, tcp);
        }
        Forwarder.Answer kept = forwarder.cached(query);
        return kept == null ? null : kept.answer().forClient(query, kept.age(), forwarder.cacheSeconds(), tcp);
    }

    /** The encoded answer. Blocks while others are asked. */
    byte[] answer(Query query, boolean tcp) {
        byte[] atOnce = answerAtOnce(query, tcp);
        if (atOnce != null) return atOnce;
        if (zone.holds(query.name())) return ReplyWriter.write(query, chase(query, tcp), tcp);
        Foreign answer = forwarder.ask(query, tcp);
        return answer == null
                ? ReplyWriter.write(query, Reply.error(Wire.SERVFAIL), tcp)
                : answer.forClient(query, 0, forwarder.cacheSeconds(), tcp);
    }

    private static boolean leadsOn(Reply reply, int type) {
        return (type == Wire.A || type == Wire.AAAA)
                && reply.answers().size() == 1
                && reply.answers().getFirst().data() instanceof Rr.Target target
                && target.type() == Wire.CNAME;
    }

    /** Follows an ExternalName to its addresses, within the cluster and beyond. */
    private Reply chase(Query query, boolean tcp) {
        List<Rr> answers = new ArrayList<>();
        Reply reply = zone.answer(query.name(), query.type());
        for (int i = 0; i < LONGEST_CHAIN && leadsOn(reply, query.type()); i++) {
            answers.addAll(reply.answers());
            String target = ((Rr.Target) reply.answers().getFirst().data()).name();
            reply = zone.holds(target) ? zone.answer(target, query.type()) : foreign(query, target, tcp);
        }
        answers.addAll(reply.answers());
        return new Reply(reply.rcode(), true, answers, reply.authority(), List.of());
    }

    private Reply foreign(Query query, String target, boolean tcp) {
        Query next = question(query, target);
        Forwarder.Answer kept = forwarder.cached(next);
        Foreign answer = kept != null ? kept.answer() : forwarder.ask(next, tcp);
        if (answer == null) return Reply.error(Wire.SERVFAIL);
        int age = kept == null ? 0 : kept.age();
        List<Rr> records = answer.records().stream()
                .map(r -> new Rr(r.name(), Math.max(0, Math.min(r.ttl(), forwarder.cacheSeconds()) - age), r.data()))
                .toList();
        return new Reply(answer.rcode(), false, records, List.of(), List.of());
    }

    private static Query question(Query query, String name) {
        ByteBuffer question = ByteBuffer.allocate(260);
        for (String label : Wire.labels(name)) {
            byte[] bytes = Wire.bytes(label);
            question.put((byte) bytes.length).put(bytes);
        }
        question.put((byte) 0).putShort((short) query.type()).putShort((short) Wire.IN);
        byte[] bytes = new byte[question.position()];
        question.get(0, bytes);
        return new Query(query.id(), query.flags(), name, query.type(), bytes, 0, true, query.udpSize(), false);
    }
}
