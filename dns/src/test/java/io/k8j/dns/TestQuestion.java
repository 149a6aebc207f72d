package io.k8j.dns;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A client's side of DNS, written apart from the server's. */
final class TestQuestion {
    private TestQuestion() {}

    /** An answer: records as {@code name TYPE data}. */
    record Seen(int rcode, int flags, byte[] bytes, List<String> answers, List<String> authority, List<String> more) {
        boolean truncated() {
            return (flags & 0x0200) != 0;
        }

        boolean authoritative() {
            return (flags & 0x0400) != 0;
        }

        /** The data of the answers alone, sorted. */
        List<String> data() {
            return answers.stream().map(a -> a.split(" ", 3)[2]).sorted().toList();
        }
    }

    static byte[] encode(int id, String name, int type, int ednsSize) {
        ByteBuffer out = ByteBuffer.allocate(400);
        out.putShort((short) id).putShort((short) 0x0100);
        out.putShort((short) 1).putShort((short) 0).putShort((short) 0).putShort((short) (ednsSize > 0 ? 1 : 0));
        for (String label : name.isEmpty() ? new String[0] : name.split("\\.")) {
            out.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
        }
        out.put((byte) 0).putShort((short) type).putShort((short) 1);
        if (ednsSize > 0) {
            out.put((byte) 0)
                    .putShort((short) 41)
                    .putShort((short) ednsSize)
                    .putInt(0)
                    .putShort((short) 0);
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    static Seen udp(InetSocketAddress server, String name, int type) throws IOException {
        return decode(udp(server, encode(4711, name, type, 0)));
    }

    static byte[] udp(InetSocketAddress server, byte[] query) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(60_000);
            socket.send(new DatagramPacket(query, query.length, server));
            DatagramPacket packet = new DatagramPacket(new byte[65535], 65535);
            socket.receive(packet);
            return Arrays.copyOf(packet.getData(), packet.getLength());
        }
    }

    static Seen tcp(InetSocketAddress server, String name, int type) throws IOException {
        byte[] query = encode(4711, name, type, 0);
        try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(query.length + 2)
                            .putShort((short) query.length)
                            .put(query)
                            .array());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readUnsignedShort()];
            in.readFully(answer);
            return decode(answer);
        }
    }

    static Seen decode(byte[] bytes) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int flags = in.getShort(2) & 0xffff;
        in.position(12);
        for (int i = 0; i < in.getShort(4); i++) {
            Wire.readName(in, true);
            in.getInt();
        }
        List<String> answers = records(in, in.getShort(6));
        List<String> authority = records(in, in.getShort(8));
        List<String> more = records(in, in.getShort(10));
        return new Seen(flags & 15, flags, bytes, answers, authority, more);
    }

    private static List<String> records(ByteBuffer in, int count) throws IOException {
        List<String> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = Wire.readName(in, true);
            int type = in.getShort() & 0xffff;
            in.getShort();
            in.getInt();
            int next = (in.getShort() & 0xffff) + in.position();
            records.add(name + " " + Wire.typeName(type) + " " + data(in, type, next - in.position()));
            in.position(next);
        }
        return records;
    }

    private static String data(ByteBuffer in, int type, int length) throws IOException {
        return switch (type) {
            case Wire.A, Wire.AAAA -> {
                byte[] address = new byte[length];
                in.get(address);
                yield InetAddress.getByAddress(address).getHostAddress();
            }
            case Wire.CNAME, Wire.PTR, Wire.NS -> Wire.readName(in, true);
            case Wire.SRV -> in.getShort() + " " + in.getShort() + " " + (in.getShort() & 0xffff) + " " + name(in);
            case Wire.SOA -> name(in) + " " + name(in);
            case Wire.TXT -> {
                byte[] text = new byte[in.get()];
                in.get(text);
                yield new String(text, StandardCharsets.US_ASCII);
            }
            default -> length + " bytes";
        };
    }

    private static String name(ByteBuffer in) throws ProtocolException {
        return Wire.readName(in, true);
    }
}
