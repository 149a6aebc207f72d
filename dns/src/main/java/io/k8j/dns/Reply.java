package io.k8j.dns;

import java.util.List;

/**
 * What to answer, before it is encoded.
 *
 * @param authoritative whether it comes from the cluster's own data
 */
record Reply(int rcode, boolean authoritative, List<Rr> answers, List<Rr> authority, List<Rr> additional) {
    static Reply error(int rcode) {
        return new Reply(rcode, false, List.of(), List.of(), List.of());
    }

    static Reply of(List<Rr> answers) {
        return new Reply(Wire.NOERROR, true, answers, List.of(), List.of());
    }

    static Reply of(List<Rr> answers, List<Rr> additional) {
        return new Reply(Wire.NOERROR, true, answers, List.of(), additional);
    }

    /** No such name, or no such record of the name; the SOA says how long that may be remembered. */
    static Reply none(int rcode, Rr soa) {
        return new Reply(rcode, true, List.of(), List.of(soa), List.of());
    }
}
