package io.k8j.dns;

import java.net.InetAddress;

/**
 * A resource record.
 *
 * @param name owner, lower case, without the last dot
 * @param ttl seconds
 */
record Rr(String name, int ttl, Data data) {
    /** What a record says. */
    sealed interface Data {
        int type();
    }

    record Address(InetAddress address) implements Data {
        @Override
        public int type() {
            return address.getAddress().length == 4 ? Wire.A : Wire.AAAA;
        }
    }

    /** CNAME, PTR or NS. */
    record Target(int type, String name) implements Data {}

    record Srv(int priority, int weight, int port, String target) implements Data {
        @Override
        public int type() {
            return Wire.SRV;
        }
    }

    record Txt(String text) implements Data {
        @Override
        public int type() {
            return Wire.TXT;
        }
    }

    record Soa(String server, String mailbox, int serial, int minimum) implements Data {
        @Override
        public int type() {
            return Wire.SOA;
        }
    }
}
