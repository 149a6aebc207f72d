package io.k8j.dns;

import java.net.ProtocolException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A decoded question.
 *
 * @param flags the header's second word
 * @param name lower case, without the last dot
 * @param question the question section as it came, which answers repeat letter by letter
 * @param rcode what to refuse it with, or 0
 * @param edns whether the client speaks EDNS
 * @param udpSize the longest UDP answer the client takes
 * @param dnssec whether the client asks for signatures
 */
record Query(
        int id,
        int flags,
        String name,
        int type,
        byte[] question,
        int rcode,
        boolean edns,
        int udpSize,
        boolean dnssec) {
    private static final int PLAIN_SIZE = 512;
    private static final int LARGEST_SIZE = 1232; // what passes networks in one piece
    private static final int OPCODE = 0x7800;

    /** Decodes a message; null if it deserves no answer at all. */
    static Query decode(ByteBuffer message) {
        if (message.remaining() < Wire.HEADER) return null;
        ByteBuffer in = message.slice();
        int id = in.getShort() & 0xffff;
        int flags = in.getShort() & 0xffff;
        if ((flags & Wire.FLAG_QR) != 0) return null; // answering answers makes circles
        if ((flags & OPCODE) != 0) return refused(id, flags, Wire.NOTIMP);
        int questions = in.getShort() & 0xffff;
        int answers = in.getShort() & 0xffff;
        int authorities = in.getShort() & 0xffff;
        int additional = in.getShort() & 0xffff;
        if (questions != 1 || answers != 0) return refused(id, flags, Wire.FORMERR);
        try {
            String name = Wire.readName(in, false);
            int type = in.getShort() & 0xffff;
            int dnsClass = in.getShort() & 0xffff;
            byte[] question = new byte[in.position() - Wire.HEADER];
            in.get(Wire.HEADER, question);
            int rcode = dnsClass == Wire.IN ? 0 : Wire.REFUSED;
            return withOptions(
                    in,
                    authorities + additional,
                    new Query(id, flags, name, type, question, rcode, false, PLAIN_SIZE, false));
        } catch (ProtocolException | BufferUnderflowException e) {
            return refused(id, flags, Wire.FORMERR);
        }
    }

    private static Query withOptions(ByteBuffer in, int records, Query plain) throws ProtocolException {
        Query query = plain;
        for (int i = 0; i < records; i++) {
            Wire.readName(in, true);
            int type = in.getShort() & 0xffff;
            int size = in.getShort() & 0xffff;
            int more = in.getInt();
            int length = in.getShort() & 0xffff;
            if (length > in.remaining()) throw new ProtocolException("record too long");
            in.position(in.position() + length);
            if (type != Wire.OPT) continue;
            if (query.edns) throw new ProtocolException("two OPT records");
            query = query.withEdns(size, more);
        }
        return query;
    }

    private Query withEdns(int size, int more) {
        int limit = Math.clamp(size, PLAIN_SIZE, LARGEST_SIZE);
        int version = more >> 16 & 0xff;
        boolean signed = (more & 0x8000) != 0;
        return new Query(id, flags, name, type, question, version == 0 ? rcode : Wire.BADVERS, true, limit, signed);
    }

    private static Query refused(int id, int flags, int rcode) {
        return new Query(id, flags, "", 0, new byte[0], rcode, false, PLAIN_SIZE, false);
    }

    /** Longest answer over the given transport. */
    int limit(boolean tcp) {
        return tcp ? 65_535 : udpSize;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Query query && id == query.id && Arrays.equals(question, query.question);
    }

    @Override
    public int hashCode() {
        return id;
    }
}
