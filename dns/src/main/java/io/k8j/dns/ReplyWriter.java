package io.k8j.dns;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Encodes replies, with compressed names, within a size: additional records go first, then the TC flag is set. */
final class ReplyWriter {
    private static final int OPT_LENGTH = 11;
    private static final int OWN_UDP_SIZE = 1232;
    private static final int SOA_REFRESH = 7200;
    private static final int SOA_RETRY = 1800;
    private static final int SOA_EXPIRE = 86_400;

    private final ByteBuffer out;
    private final int end; // room for records; the rest is for OPT
    private final Map<String, Integer> names = new HashMap<>();

    private ReplyWriter(int limit, boolean edns) {
        out = ByteBuffer.allocate(limit);
        end = edns ? limit - OPT_LENGTH : limit;
    }

    static byte[] write(Query query, Reply reply, boolean tcp) {
        ReplyWriter writer = new ReplyWriter(query.limit(tcp), query.edns());
        return writer.encode(query, reply);
    }

    private byte[] encode(Query query, Reply reply) {
        out.position(Wire.HEADER);
        out.put(query.question());
        if (query.question().length > 0 && !query.name().isEmpty()) remember(query.name());
        int answers = records(reply.answers());
        boolean whole = answers == reply.answers().size();
        int authority = whole ? records(reply.authority()) : 0;
        whole &= authority == reply.authority().size();
        int additional = whole ? records(reply.additional()) : 0;
        if (query.edns()) additional += option(reply.rcode());
        int flags = Wire.FLAG_QR
                | query.flags() & (0x7800 | Wire.FLAG_RD | Wire.FLAG_CD)
                | Wire.FLAG_RA
                | (reply.authoritative() ? Wire.FLAG_AA : 0)
                | (whole ? 0 : Wire.FLAG_TC)
                | reply.rcode() & 0xf;
        out.putShort(0, (short) query.id()).putShort(2, (short) flags);
        out.putShort(4, (short) (query.question().length > 0 ? 1 : 0)).putShort(6, (short) answers);
        out.putShort(8, (short) authority).putShort(10, (short) additional);
        byte[] bytes = new byte[out.position()];
        out.get(0, bytes);
        return bytes;
    }

    /** Remembers where the question's name and its ends stand. */
    private void remember(String name) {
        int offset = Wire.HEADER;
        String rest = name;
        while (true) {
            names.put(rest, offset);
            int dot = rest.indexOf('.');
            if (dot < 0) return;
            offset += Wire.bytes(rest.substring(0, dot)).length + 1;
            rest = rest.substring(dot + 1);
        }
    }

    /** Writes as many whole records as fit. */
    private int records(List<Rr> records) {
        int written = 0;
        for (Rr record : records) {
            int begin = out.position();
            try {
                record(record);
            } catch (java.nio.BufferOverflowException e) {
                out.position(begin);
                forget(begin);
                return written;
            }
            if (out.position() > end) {
                out.position(begin);
                forget(begin);
                return written;
            }
            written++;
        }
        return written;
    }

    private void forget(int begin) {
        names.values().removeIf(offset -> offset >= begin);
    }

    private void record(Rr record) {
        name(record.name());
        out.putShort((short) record.data().type()).putShort((short) Wire.IN).putInt(record.ttl());
        int length = out.position();
        out.putShort((short) 0);
        switch (record.data()) {
            case Rr.Address address -> out.put(address.address().getAddress());
            case Rr.Target target -> name(target.name());
            case Rr.Srv srv -> {
                out.putShort((short) srv.priority())
                        .putShort((short) srv.weight())
                        .putShort((short) srv.port());
                plainName(srv.target()); // RFC 2782: never compressed
            }
            case Rr.Txt txt -> {
                byte[] text = txt.text().getBytes(StandardCharsets.UTF_8);
                out.put((byte) text.length).put(text);
            }
            case Rr.Soa soa -> {
                name(soa.server());
                name(soa.mailbox());
                out.putInt(soa.serial()).putInt(SOA_REFRESH).putInt(SOA_RETRY).putInt(SOA_EXPIRE);
                out.putInt(soa.minimum());
            }
        }
        out.putShort(length, (short) (out.position() - length - 2));
    }

    private void name(String name) {
        String rest = name;
        while (!rest.isEmpty()) {
            Integer known = names.get(rest);
            if (known != null) {
                out.putShort((short) (0xc000 | known));
                return;
            }
            if (out.position() < 0x4000) names.put(rest, out.position());
            rest = label(rest);
        }
        out.put((byte) 0);
    }

    private void plainName(String name) {
        String rest = name;
        while (!rest.isEmpty()) rest = label(rest);
        out.put((byte) 0);
    }

    /** Writes the first label; gives the rest. */
    private String label(String name) {
        int dot = name.indexOf('.');
        byte[] label = Wire.bytes(dot < 0 ? name : name.substring(0, dot));
        out.put((byte) label.length).put(label);
        return dot < 0 ? "" : name.substring(dot + 1);
    }

    private int option(int rcode) {
        out.put((byte) 0).putShort((short) Wire.OPT).putShort((short) OWN_UDP_SIZE);
        out.putInt(rcode >> 4 << 24).putShort((short) 0);
        return 1;
    }
}
