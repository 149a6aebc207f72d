package io.k8j.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the host's resolvers about other names and remembers their answers for a while. Blocks the calling thread for at
 * most four seconds; safe for all threads.
 */
final class Forwarder {
    private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);
    private static final int TRY_MILLIS = 1300;
    private static final long LONGEST = Duration.ofMillis(3900).toNanos();
    private static final long SHORT = Duration.ofMillis(500).toNanos();
    private static final int GIVE_UP = 3;
    private static final int CACHED = 10_000;
    private static final int LARGEST_UDP = 4096;

    private final Resolvers resolvers;
    private final int cacheSeconds;
    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final Metrics metrics;
    /** Questions in a row that nobody answered: with no network at all, Pods should not wait for each one. */
    private final AtomicInteger silent = new AtomicInteger();

    private final Map<Key, Kept> cache = new LinkedHashMap<>(16, 0.75f, true) { // guarded by itself
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, Kept> eldest) {
                    return size() > CACHED;
                }
            };

    private record Key(String name, int type, boolean edns, boolean dnssec, boolean unchecked) {}

    private record Kept(Foreign answer, long since, int lifetime) {}

    /** An answer with its age in seconds. */
    record Answer(Foreign answer, int age) {}

    Forwarder(Resolvers resolvers, Duration cacheLimit, LongSupplier nanos, RandomGenerator random, Metrics metrics) {
        this.resolvers = resolvers;
        this.cacheSeconds = (int) cacheLimit.toSeconds();
        this.nanos = nanos;
        this.random = random;
        this.metrics = metrics;
    }

    int cacheSeconds() {
        return cacheSeconds;
    }

    /** What is remembered; null if nothing. Does not block. */
    Answer cached(Query query) {
        Key key = key(query);
        long now = nanos.getAsLong();
        synchronized (cache) {
            Kept kept = cache.get(key);
            if (kept == null) return null;
            int age = (int) Duration.ofNanos(now - kept.since).toSeconds();
            if (age < kept.lifetime) {
                metrics.cacheHit();
                return new Answer(kept.answer, age);
            }
            cache.remove(key);
            return null;
        }
    }

    private static Key key(Query query) {
        return new Key(query.name(), query.type(), query.edns(), query.dnssec(), (query.flags() & Wire.FLAG_CD) != 0);
    }

    /** Asks; null if no resolver answers. */
    Foreign ask(Query query, boolean tcp) {
        Foreign answer = askAll(query, tcp);
        if (answer == null) {
            // Remembered as well: with no network each lookup would wait for all resolvers anew.
            byte[] failure = ReplyWriter.write(query, Reply.error(Wire.SERVFAIL), true);
            try {
                keep(query, Foreign.parse(failure));
            } catch (ProtocolException e) {
                throw new IllegalStateException(e); // we wrote it ourselves
            }
            return null;
        }
        keep(query, answer);
        return answer;
    }

    private void keep(Query query, Foreign answer) {
        int lifetime = Math.min(cacheSeconds, answer.lifetime());
        if (lifetime <= 0) return;
        synchronized (cache) {
            cache.put(key(query), new Kept(answer, nanos.getAsLong(), lifetime));
        }
    }

    private Foreign askAll(Query query, boolean tcp) {
        List<InetSocketAddress> servers = resolvers.get();
        boolean givenUp = silent.get() >= GIVE_UP;
        long end = nanos.getAsLong() + (givenUp ? SHORT : LONGEST);
        Foreign last = null;
        for (int round = 0; round < 3; round++) {
            for (InetSocketAddress server : servers) {
                long left = (end - nanos.getAsLong()) / 1_000_000;
                if (left <= 0) {
                    if (last == null) silent.incrementAndGet();
                    return last;
                }
                try {
                    Foreign answer = ask(query, server, tcp, (int) Math.min(left, TRY_MILLIS));
                    silent.set(0);
                    metrics.forwarded(server, Wire.rcodeName(answer.rcode()));
                    if (answer.rcode() != Wire.SERVFAIL && answer.rcode() != Wire.REFUSED) return answer;
                    last = answer; // perhaps another one knows
                } catch (SocketTimeoutException e) {
                    metrics.forwarded(server, "timeout");
                } catch (IOException e) {
                    metrics.forwarded(server, "error");
                    LOG.atDebug()
                            .addKeyValue("server", server)
                            .addKeyValue("cause", e.toString())
                            .log("no answer");
                }
            }
            if (last != null || servers.isEmpty()) break;
        }
        if (last == null) silent.incrementAndGet();
        return last;
    }

    private Foreign ask(Query query, InetSocketAddress server, boolean tcp, int millis) throws IOException {
        int id = random.nextInt(0x10000);
        byte[] question = encode(query, id);
        Foreign answer = tcp ? askTcp(question, server, millis) : askUdp(question, query, id, server, millis);
        return answer.truncated() && !tcp ? askTcp(question, server, millis) : answer;
    }

    private static byte[] encode(Query query, int id) {
        ByteBuffer out = ByteBuffer.allocate(Wire.HEADER + query.question().length + 11);
        out.putShort((short) id).putShort((short) (Wire.FLAG_RD | query.flags() & Wire.FLAG_CD));
        out.putShort((short) 1).putShort((short) 0).putShort((short) 0).putShort((short) (query.edns() ? 1 : 0));
        out.put(query.question());
        if (query.edns()) {
            out.put((byte) 0).putShort((short) Wire.OPT).putShort((short) 1232);
            out.putInt(query.dnssec() ? 0x8000 : 0).putShort((short) 0);
        }
        byte[] bytes = new byte[out.position()];
        out.get(0, bytes);
        return bytes;
    }

    private Foreign askUdp(byte[] question, Query query, int id, InetSocketAddress server, int millis)
            throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(server); // so that an unreachable port is told at once and others' packets are refused
            socket.send(new DatagramPacket(question, question.length));
            long end = nanos.getAsLong() + millis * 1_000_000L;
            byte[] buffer = new byte[LARGEST_UDP];
            while (true) {
                int left = (int) ((end - nanos.getAsLong()) / 1_000_000);
                if (left <= 0) throw new SocketTimeoutException("no answer in time");
                socket.setSoTimeout(left);
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                byte[] bytes = java.util.Arrays.copyOf(buffer, packet.getLength());
                if (isAnswerTo(bytes, query, id)) return Foreign.parse(bytes);
            }
        }
    }

    private static Foreign askTcp(byte[] question, InetSocketAddress server, int millis) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(server, millis);
            socket.setSoTimeout(millis);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            byte[] framed = ByteBuffer.allocate(question.length + 2)
                    .putShort((short) question.length)
                    .put(question)
                    .array();
            out.write(framed);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] bytes = new byte[in.readUnsignedShort()];
            in.readFully(bytes);
            if (bytes.length < Wire.HEADER || bytes[0] != question[0] || bytes[1] != question[1]) {
                throw new ProtocolException("answer to another question");
            }
            return Foreign.parse(bytes);
        }
    }

    private static boolean isAnswerTo(byte[] bytes, Query query, int id) {
        if (bytes.length < Wire.HEADER) return false;
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if ((in.getShort(0) & 0xffff) != id || (in.getShort(2) & Wire.FLAG_QR) == 0) return false;
        if (in.getShort(4) == 0) return true; // some servers leave the question out of refusals
        try {
            in.position(Wire.HEADER);
            return Wire.readName(in, false).equals(query.name()) && (in.getShort() & 0xffff) == query.type();
        } catch (ProtocolException | java.nio.BufferUnderflowException e) {
            return false;
        }
    }
}
