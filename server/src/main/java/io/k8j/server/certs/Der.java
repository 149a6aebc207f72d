package io.k8j.server.certs;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/** Encodes the few ASN.1 types that certificates are made of, each as a complete DER value (X.690). */
final class Der {
    private static final int FIRST_YEAR_OF_GENERALIZED_TIME = 2050; // RFC 5280, 4.1.2.5

    private Der() {}

    static byte[] sequence(byte[]... parts) {
        return value(0x30, parts);
    }

    static byte[] set(byte[]... parts) {
        return value(0x31, parts);
    }

    /** A value around others, with a number in brackets. */
    static byte[] explicit(int number, byte[]... parts) {
        return value(0xa0 | number, parts);
    }

    /** A primitive value whose type is told by a number in brackets. */
    static byte[] implicit(int number, byte[] content) {
        return value(0x80 | number, content);
    }

    static byte[] integer(BigInteger number) {
        return value(0x02, number.toByteArray());
    }

    static byte[] yes() {
        return value(0x01, new byte[] {(byte) 0xff});
    }

    static byte[] octets(byte[] content) {
        return value(0x04, content);
    }

    /** @param unused how many bits at the end do not count */
    static byte[] bits(int unused, byte[] content) {
        return value(0x03, new byte[] {(byte) unused}, content);
    }

    static byte[] text(String content) {
        return value(0x0c, content.getBytes(StandardCharsets.UTF_8));
    }

    /** @param dotted such as {@code 2.5.4.3} */
    static byte[] identifier(String dotted) {
        String[] arcs = dotted.split("\\.");
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.write(Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
        for (int i = 2; i < arcs.length; i++) {
            int arc = Integer.parseInt(arcs[i]);
            for (int shift = 28; shift > 0; shift -= 7) {
                if (arc >>> shift > 0) content.write(arc >>> shift & 0x7f | 0x80);
            }
            content.write(arc & 0x7f);
        }
        return value(0x06, content.toByteArray());
    }

    /** A time to the second. */
    static byte[] time(Instant instant) {
        ZonedDateTime time = instant.atZone(ZoneOffset.UTC);
        boolean generalized = time.getYear() >= FIRST_YEAR_OF_GENERALIZED_TIME;
        StringBuilder digits = new StringBuilder(generalized ? "" + time.getYear() : two(time.getYear() % 100));
        digits.append(two(time.getMonthValue())).append(two(time.getDayOfMonth()));
        digits.append(two(time.getHour())).append(two(time.getMinute())).append(two(time.getSecond()));
        return value(generalized ? 0x18 : 0x17, digits.append('Z').toString().getBytes(StandardCharsets.US_ASCII));
    }

    private static String two(int number) {
        return number < 10 ? "0" + number : "" + number;
    }

    private static byte[] value(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) length += part.length;
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 4);
        out.write(tag);
        if (length >= 0x80) {
            byte[] digits = BigInteger.valueOf(length).toByteArray();
            int zero = digits[0] == 0 ? 1 : 0;
            out.write(0x80 | digits.length - zero);
            out.write(digits, zero, digits.length - zero);
        } else {
            out.write(length);
        }
        for (byte[] part : parts) out.writeBytes(part);
        return out.toByteArray();
    }
}
