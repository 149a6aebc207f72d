package io.k8j.model.proto;

/**
 * Upstream's wrapping of a whole object: four magic bytes, then a message of apiVersion and kind, the object's own
 * message and its content type.
 */
final class Envelope {
    private static final byte[] MAGIC = {'k', '8', 's', 0};

    /** What the envelope says; the object's message lies between {@code start} and {@code end} of the input. */
    record Opened(String apiVersion, String kind, int start, int end) {}

    private Envelope() {}

    static boolean isProtobuf(byte[] bytes) {
        if (bytes.length < MAGIC.length) return false;
        for (int i = 0; i < MAGIC.length; i++) if (bytes[i] != MAGIC[i]) return false;
        return true;
    }

    static byte[] wrap(String apiVersion, String kind, byte[] message) {
        BackwardBuffer out = new BackwardBuffer();
        out.text(4, "");
        out.text(3, "");
        out.bytes(2, message);
        int before = out.position();
        out.text(2, kind);
        out.text(1, apiVersion);
        out.close(1, before);
        out.raw(MAGIC);
        return out.toBytes();
    }

    /** @throws ProtobufException in upstream's words if there is no envelope with something in it */
    static void check(byte[] bytes) {
        if (bytes.length == 0) throw new ProtobufException("empty data");
        if (!isProtobuf(bytes)) {
            throw new ProtobufException(
                    "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        }
        if (bytes.length == MAGIC.length) throw new ProtobufException("empty body");
    }

    static Opened open(byte[] bytes) {
        check(bytes);
        Decoder in = new Decoder(bytes, MAGIC.length, bytes.length);
        String apiVersion = "";
        String kind = "";
        int start = bytes.length;
        int end = bytes.length;
        while (in.more()) {
            long tag = in.varint();
            if (tag == (1 << 3 | WireType.LENGTH)) {
                int outer = in.open();
                while (in.more()) {
                    long inner = in.varint();
                    if (inner == (1 << 3 | WireType.LENGTH)) apiVersion = in.text();
                    else if (inner == (2 << 3 | WireType.LENGTH)) kind = in.text();
                    else in.skip((int) (inner & 7));
                }
                in.close(outer);
            } else if (tag == (2 << 3 | WireType.LENGTH)) {
                int outer = in.open();
                start = in.at();
                end = in.end();
                in.close(outer);
            } else {
                in.skip((int) (tag & 7));
            }
        }
        return new Opened(apiVersion, kind, start, end);
    }
}
