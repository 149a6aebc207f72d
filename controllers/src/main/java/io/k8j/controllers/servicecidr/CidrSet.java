package io.k8j.controllers.servicecidr;

import io.fabric8.kubernetes.api.model.networking.v1.IPAddress;
import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDR;
import io.k8j.controllers.support.Nulls;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;

/** Which ranges contain which. Pure functions. */
final class CidrSet {
    private static final String MANAGED_BY = "ipaddress.kubernetes.io/managed-by";
    private static final String ALLOCATOR = "ipallocator.k8s.io";

    private CidrSet() {}

    /**
     * Whether a ServiceCIDR can go: all its ranges lie within those of others, or no Service has an address that only
     * it contains.
     */
    static boolean canGo(ServiceCIDR cidr, Collection<ServiceCIDR> all, Collection<IPAddress> addresses) {
        List<ServiceCIDR> others = all.stream()
                .filter(other -> !Nulls.name(other).equals(Nulls.name(cidr)))
                .toList();
        boolean covered = rangesOf(cidr).stream()
                .allMatch(range -> others.stream()
                        .anyMatch(other -> rangesOf(other).stream().anyMatch(wide -> covers(wide, range))));
        if (covered) {
            return true;
        }
        return addresses.stream()
                .filter(CidrSet::isAllocated)
                .map(Nulls::name)
                .noneMatch(address ->
                        contains(cidr, address) && others.stream().noneMatch(other -> contains(other, address)));
    }

    /** Whether the API server made it for a Service. */
    static boolean isAllocated(IPAddress address) {
        return ALLOCATOR.equals(Nulls.labels(address).get(MANAGED_BY));
    }

    static boolean contains(ServiceCIDR cidr, String address) {
        return rangesOf(cidr).stream()
                .anyMatch(range -> covers(range, address + (address.contains(":") ? "/128" : "/32")));
    }

    /** Whether two objects have ranges that touch. */
    static boolean overlap(ServiceCIDR a, ServiceCIDR b) {
        return rangesOf(a).stream()
                .anyMatch(one -> rangesOf(b).stream().anyMatch(two -> covers(one, two) || covers(two, one)));
    }

    private static List<String> rangesOf(ServiceCIDR cidr) {
        return cidr.getSpec() == null ? List.of() : Nulls.list(cidr.getSpec().getCidrs());
    }

    /** Whether the first range contains the whole second one; false if one of them is no range. */
    static boolean covers(String outer, String inner) {
        byte[] a = address(outer);
        byte[] b = address(inner);
        int bits = bits(outer);
        if (a == null || b == null || a.length != b.length || bits < 0 || bits > bits(inner)) {
            return false;
        }
        for (int i = 0; i < bits && i < a.length * 8; i++) {
            int mask = 0x80 >> i % 8;
            if ((a[i / 8] & mask) != (b[i / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    private static byte[] address(String range) {
        int slash = range.indexOf('/');
        String text = slash < 0 ? range : range.substring(0, slash);
        if (!text.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            return null;
        }
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            return null; // says exactly that it is none
        }
    }

    private static int bits(String range) {
        String text = range.substring(range.indexOf('/') + 1);
        return text.matches("\\d{1,3}") ? Integer.parseInt(text) : -1;
    }
}
