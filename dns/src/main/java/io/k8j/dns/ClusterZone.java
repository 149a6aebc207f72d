package io.k8j.dns;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Answers names under the cluster's domain. Pure but for the order of addresses, which is random.
 *
 * @see <a href="https://github.com/kubernetes/dns/blob/master/docs/specification.md">DNS-Based Service Discovery 1.1</a>
 */
final class ClusterZone {
    private static final String VERSION = "1.1.0";
    private static final int VERSION_TTL = 28_800;

    private final ClusterIndex index;
    private final String domain;
    private final int ttl;
    private final List<InetAddress> serverAddresses;
    private final List<String> ownRanges;
    private final RandomGenerator random;
    private final InstantSource clock;

    ClusterZone(ClusterIndex index, DnsConfig config, RandomGenerator random, InstantSource clock) {
        this.index = index;
        this.domain = config.domain();
        this.ttl = (int) config.ttl().toSeconds();
        this.serverAddresses = config.clusterIps().stream()
                .map(ServiceEntry::literal)
                .filter(Objects::nonNull)
                .toList();
        this.ownRanges = config.ownRanges();
        this.random = random;
        this.clock = clock;
    }

    boolean holds(String name) {
        return name.equals(domain) || name.endsWith("." + domain);
    }

    /**
     * Answers a name of the zone. An ExternalName gives only its CNAME; following it is the caller's.
     *
     * @param name lower case, without the last dot
     */
    Reply answer(String name, int type) {
        String below = name.equals(domain) ? "" : name.substring(0, name.length() - domain.length() - 1);
        List<String> labels = Wire.labels(below);
        if (labels.isEmpty()) return apex(type);
        String last = labels.getLast();
        int count = labels.size();
        if (count == 1 && last.equals("dns-version")) {
            return type == Wire.TXT ? Reply.of(List.of(new Rr(name, VERSION_TTL, new Rr.Txt(VERSION)))) : noData();
        }
        if (last.equals("dns") && (count == 1 || count == 2 && labels.getFirst().equals("ns"))) {
            return count == 1 ? noData() : addresses(name, type, serverAddresses);
        }
        if (!last.equals("svc") && !last.equals("pod")) return noName();
        if (count == 1) return noData();
        String namespace = labels.get(count - 2);
        if (!index.hasNamespace(namespace)) return noName();
        if (count == 2) return noData();
        if (last.equals("pod")) return count == 3 ? pod(name, labels.getFirst(), type) : noName();
        ServiceEntry service = index.service(namespace, labels.get(count - 3));
        return service == null ? noName() : service(name, service, labels.subList(0, count - 3), type);
    }

    private Reply apex(int type) {
        if (type == Wire.SOA) return Reply.of(List.of(soa()));
        if (type != Wire.NS) return noData();
        String server = "ns.dns." + domain;
        return Reply.of(
                List.of(new Rr(domain, ttl, new Rr.Target(Wire.NS, server))),
                serverAddresses.stream()
                        .map(a -> new Rr(server, ttl, new Rr.Address(a)))
                        .toList());
    }

    /** Whatever address the label spells: whether such a Pod exists is not looked at. */
    private Reply pod(String name, String label, int type) {
        boolean v4 = label.chars().filter(c -> c == '-').count() == 3 && !label.contains("--");
        InetAddress address = ServiceEntry.literal(label.replace('-', v4 ? '.' : ':'));
        return address == null || v4 != (address.getAddress().length == 4)
                ? noName()
                : addresses(name, type, List.of(address));
    }

    private Reply service(String name, ServiceEntry service, List<String> prefix, int type) {
        if (prefix.size() > 2) return noName();
        if (!service.externalName().isEmpty()) return prefix.isEmpty() ? external(name, service, type) : noName();
        if (prefix.size() == 1) {
            return endpoints(name, service, type, prefix.getFirst(), null, null);
        }
        String port = null;
        String protocol = null;
        if (prefix.size() == 2) {
            if (!prefix.get(0).startsWith("_") || !prefix.get(1).startsWith("_")) return noName();
            port = prefix.get(0).substring(1);
            protocol = prefix.get(1).substring(1);
        }
        if (service.headless()) return endpoints(name, service, type, null, port, protocol);
        List<ServiceEntry.Port> ports = matching(service.ports(), port, protocol);
        if (port != null && ports.isEmpty()) return noName();
        if (type != Wire.SRV) return addresses(name, type, service.addresses());
        String target = service.name() + "." + service.namespace() + ".svc." + domain;
        List<Rr> answers = ports.stream()
                .map(p -> new Rr(name, ttl, new Rr.Srv(0, 100 / ports.size(), p.number(), target)))
                .toList();
        return answers.isEmpty() ? noData() : Reply.of(answers, addressRecords(target, service.addresses()));
    }

    private Reply external(String name, ServiceEntry service, int type) {
        InetAddress address = ServiceEntry.literal(service.externalName());
        if (address != null) return addresses(name, type, List.of(address));
        if (type == Wire.SRV) return noData();
        return Reply.of(List.of(new Rr(name, ttl, new Rr.Target(Wire.CNAME, service.externalName()))));
    }

    private Reply endpoints(String name, ServiceEntry service, int type, String label, String port, String protocol) {
        List<ServiceEntry.Member> members = service.endpoints().stream()
                .filter(m -> label == null || m.label().equals(label))
                .filter(m ->
                        port == null || !matching(m.ports(), port, protocol).isEmpty())
                .toList();
        if (members.isEmpty()) return noName();
        if (type != Wire.SRV) {
            Set<InetAddress> addresses = new LinkedHashSet<>();
            members.forEach(m -> addresses.add(m.address()));
            return addresses(name, type, List.copyOf(addresses));
        }
        record Place(int port, String target) {}
        Set<Place> places = new LinkedHashSet<>();
        Set<Rr> additional = new LinkedHashSet<>();
        for (ServiceEntry.Member member : members) {
            String target = member.label() + "." + service.name() + "." + service.namespace() + ".svc." + domain;
            matching(member.ports(), port, protocol).forEach(p -> places.add(new Place(p.number(), target)));
            additional.add(new Rr(target, ttl, new Rr.Address(member.address())));
        }
        int weight = Math.max(1, 100 / Math.max(1, places.size()));
        List<Rr> answers = places.stream()
                .map(place -> new Rr(name, ttl, new Rr.Srv(0, weight, place.port(), place.target())))
                .toList();
        return answers.isEmpty() ? noData() : Reply.of(shuffled(answers), List.copyOf(additional));
    }

    private static List<ServiceEntry.Port> matching(List<ServiceEntry.Port> ports, String name, String protocol) {
        return name == null
                ? ports
                : ports.stream().filter(p -> p.matches(name, protocol)).toList();
    }

    /**
     * Answers who an address belongs to; null if it is none of the cluster's.
     *
     * @param name the question's name, under in-addr.arpa or ip6.arpa
     */
    Reply reverse(String name, int type) {
        InetAddress address = ReverseNames.address(name);
        if (address == null) return null;
        List<String> names = index.namesOf(address);
        if (names.isEmpty()) return Ranges.contain(ownRanges, address) ? noName() : null;
        if (type != Wire.PTR) return noData();
        return Reply.of(names.stream()
                .map(target -> new Rr(name, ttl, new Rr.Target(Wire.PTR, target + "." + domain)))
                .toList());
    }

    private Reply addresses(String name, int type, List<InetAddress> addresses) {
        List<Rr> answers = addressRecords(name, addresses).stream()
                .filter(record -> record.data().type() == type)
                .toList();
        return answers.isEmpty() ? noData() : Reply.of(shuffled(answers));
    }

    private List<Rr> addressRecords(String name, List<InetAddress> addresses) {
        return addresses.stream().map(a -> new Rr(name, ttl, new Rr.Address(a))).toList();
    }

    private List<Rr> shuffled(List<Rr> records) {
        if (records.size() < 2) return records;
        List<Rr> mixed = new ArrayList<>(records);
        for (int i = mixed.size() - 1; i > 0; i--) Collections.swap(mixed, i, random.nextInt(i + 1));
        return mixed;
    }

    Reply noData() {
        return Reply.none(Wire.NOERROR, soa());
    }

    Reply noName() {
        return Reply.none(Wire.NXDOMAIN, soa());
    }

    private Rr soa() {
        int serial = (int) (clock.millis() / 1000);
        return new Rr(domain, ttl, new Rr.Soa("ns.dns." + domain, "hostmaster." + domain, serial, ttl));
    }
}
