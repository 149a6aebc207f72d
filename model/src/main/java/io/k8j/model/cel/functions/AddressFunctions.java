package io.k8j.model.cel.functions;

import dev.cel.common.types.SimpleType;
import io.k8j.model.cel.FunctionLibrary;
import io.k8j.model.cel.Values;
import io.k8j.model.cel.functions.IpAddress.MalformedException;
import java.util.function.Predicate;

/** Upstream's {@code kubernetes.net.ip} and {@code kubernetes.net.cidr}. */
public final class AddressFunctions extends FunctionLibrary {
    private static final Arg IP = new Arg(Values.IP, IpAddress.class);
    private static final Arg CIDR = new Arg(Values.CIDR, IpPrefix.class);

    public AddressFunctions() {
        addresses();
        networks();
    }

    private void addresses() {
        function("ip", "string_to_ip", Values.IP, args -> ip(args[0]), Values.TEXT);
        function("isIP", "is_ip", SimpleType.BOOL, args -> isIp((String) args[0]), Values.TEXT);
        function(
                "ip.isCanonical",
                "ip_is_canonical",
                SimpleType.BOOL,
                args -> ip(args[0]).toString().equals(args[0]),
                Values.TEXT);
        function("string", "ip_to_string", SimpleType.STRING, args -> args[0].toString(), IP);
        method("family", "ip_family", SimpleType.INT, args -> ((IpAddress) args[0]).isFour() ? 4L : 6L, IP);
        test("isUnspecified", "ip_is_unspecified", IpAddress::isUnspecified);
        test("isLoopback", "ip_is_loopback", IpAddress::isLoopback);
        test("isLinkLocalMulticast", "ip_is_link_local_multicast", IpAddress::isLinkLocalMulticast);
        test("isLinkLocalUnicast", "ip_is_link_local_unicast", IpAddress::isLinkLocalUnicast);
        test("isGlobalUnicast", "ip_is_global_unicast", IpAddress::isGlobalUnicast);
    }

    @SuppressWarnings("Immutable") // tests are method references
    private void test(String name, String overload, Predicate<IpAddress> test) {
        method(name, overload, SimpleType.BOOL, args -> test.test((IpAddress) args[0]), IP);
    }

    private void networks() {
        function("cidr", "string_to_cidr", Values.CIDR, args -> cidr(args[0]), Values.TEXT);
        function("isCIDR", "is_cidr", SimpleType.BOOL, args -> isCidr((String) args[0]), Values.TEXT);
        function("string", "cidr_to_string", SimpleType.STRING, args -> args[0].toString(), CIDR);
        method(
                "containsIP",
                "cidr_contains_ip_string",
                SimpleType.BOOL,
                args -> ((IpPrefix) args[0]).contains(ip(args[1])),
                CIDR,
                Values.TEXT);
        method(
                "containsIP",
                "cidr_contains_ip_ip",
                SimpleType.BOOL,
                args -> ((IpPrefix) args[0]).contains((IpAddress) args[1]),
                CIDR,
                IP);
        method(
                "containsCIDR",
                "cidr_contains_cidr_string",
                SimpleType.BOOL,
                args -> ((IpPrefix) args[0]).contains(cidr(args[1])),
                CIDR,
                Values.TEXT);
        method(
                "containsCIDR",
                "cidr_contains_cidr",
                SimpleType.BOOL,
                args -> ((IpPrefix) args[0]).contains((IpPrefix) args[1]),
                CIDR,
                CIDR);
        method("ip", "cidr_ip", Values.IP, args -> ((IpPrefix) args[0]).address(), CIDR);
        method(
                "prefixLength",
                "cidr_prefix_length",
                SimpleType.INT,
                args -> (long) ((IpPrefix) args[0]).length(),
                CIDR);
        method("masked", "cidr_masked", Values.CIDR, args -> ((IpPrefix) args[0]).masked(), CIDR);
    }

    private static IpAddress ip(Object text) {
        try {
            return IpAddress.parse((String) text);
        } catch (MalformedException e) {
            throw Values.error(e.getMessage());
        }
    }

    private static boolean isIp(String text) {
        try {
            IpAddress.parse(text);
            return true;
        } catch (MalformedException e) {
            return false;
        }
    }

    private static IpPrefix cidr(Object text) {
        try {
            return IpPrefix.parse((String) text);
        } catch (MalformedException e) {
            throw Values.error("network address parse error during conversion from string: " + e.getMessage());
        }
    }

    private static boolean isCidr(String text) {
        try {
            IpPrefix.parse(text);
            return true;
        } catch (MalformedException e) {
            return false;
        }
    }
}
