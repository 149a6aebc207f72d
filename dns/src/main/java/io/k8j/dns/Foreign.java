package io.k8j.dns;

import java.net.InetAddress;
import java.net.ProtocolException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Another server's answer as it came, with what must be known to pass it on.
 *
 * @param message the whole message
 * @param ttlOffsets where its times to live stand, OPT excepted
 * @param lifetime seconds for which it may be kept; 0 if not at all
 * @param records addresses and CNAMEs of its answer section
 */
record Foreign(byte[] message, int rcode, boolean truncated, int[] ttlOffsets, int lifetime, List<Rr> records) {
    private static final int FAILURE_LIFETIME = 5;

    /** @throws ProtocolException if it is no well-formed answer */
    static Foreign parse(byte[] message) throws ProtocolException {
        try {
            return read(message);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new ProtocolException("answer ends early");
        }
    }

    private static Foreign read(byte[] message) throws ProtocolException {
        ByteBuffer in = ByteBuffer.wrap(message);
        if (message.length < Wire.HEADER) throw new ProtocolException("answer too short");
        int flags = in.getShort(2) & 0xffff;
        if ((flags & Wire.FLAG_QR) == 0) throw new ProtocolException("no answer but a question");
        int questions = in.getShort(4) & 0xffff;
        int answers = in.getShort(6) & 0xffff;
        int authorities = in.getShort(8) & 0xffff;
        int additional = in.getShort(10) & 0xffff;
        in.position(Wire.HEADER);
        for (int i = 0; i < questions; i++) {
            Wire.readName(in, true);
            in.getInt();
        }
        List<Rr> records = new ArrayList<>();
        List<Integer> offsets = new ArrayList<>();
        int least = Integer.MAX_VALUE;
        int negative = 0;
        for (int i = 0; i < answers + authorities + additional; i++) {
            String name = Wire.readName(in, true);
            int type = in.getShort() & 0xffff;
            in.getShort();
            int ttlOffset = in.position();
            int ttl = Math.max(0, in.getInt());
            int length = in.getShort() & 0xffff;
            int next = in.position() + length;
            if (next > in.limit()) throw new ProtocolException("record too long");
            if (type != Wire.OPT) {
                offsets.add(ttlOffset);
                if (i < answers + authorities) least = Math.min(least, ttl);
            }
            if (i < answers) addRecord(records, in, name, type, ttl, length);
            if (i >= answers && i < answers + authorities && type == Wire.SOA && length >= 4) {
                negative = Math.min(ttl, Math.max(0, in.getInt(next - 4)));
            }
            in.position(next);
        }
        int rcode = flags & 0xf;
        boolean truncated = (flags & Wire.FLAG_TC) != 0;
        int lifetime = 0;
        if (rcode == Wire.SERVFAIL) lifetime = FAILURE_LIFETIME;
        if (rcode == Wire.NOERROR && answers > 0) lifetime = least;
        if (rcode == Wire.NXDOMAIN || rcode == Wire.NOERROR && answers == 0) lifetime = negative;
        return new Foreign(
                message,
                rcode,
                truncated,
                offsets.stream().mapToInt(Integer::intValue).toArray(),
                truncated ? 0 : lifetime,
                List.copyOf(records));
    }

    private static void addRecord(List<Rr> records, ByteBuffer in, String name, int type, int ttl, int length)
            throws ProtocolException {
        int begin = in.position();
        if (type == Wire.A && length == 4 || type == Wire.AAAA && length == 16) {
            byte[] bytes = new byte[length];
            in.get(bytes);
            try {
                records.add(new Rr(name, ttl, new Rr.Address(InetAddress.getByAddress(bytes))));
            } catch (java.net.UnknownHostException e) {
                throw new ProtocolException("bad address"); // cannot be: the length is right
            }
        } else if (type == Wire.CNAME) {
            records.add(new Rr(name, ttl, new Rr.Target(Wire.CNAME, Wire.readName(in, true))));
        }
        in.position(begin);
    }

    /** The message for a client: its id, its spelling of the name, and times to live that went on running. */
    byte[] forClient(Query query, int age, int limit, boolean tcp) {
        byte[] copy = message.clone();
        ByteBuffer out = ByteBuffer.wrap(copy);
        out.putShort(0, (short) query.id());
        if (Wire.HEADER + query.question().length <= copy.length) out.put(Wire.HEADER, query.question());
        for (int offset : ttlOffsets) {
            int ttl = Math.max(0, out.getInt(offset));
            out.putInt(offset, Math.max(0, Math.min(ttl, limit) - age));
        }
        if (copy.length <= query.limit(tcp)) return copy;
        Reply cut = new Reply(rcode, false, List.of(), List.of(), List.of());
        byte[] header = ReplyWriter.write(query, cut, tcp);
        header[2] |= (byte) (Wire.FLAG_TC >> 8);
        return header;
    }
}
