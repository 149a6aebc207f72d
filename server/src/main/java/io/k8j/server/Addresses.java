package io.k8j.server;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Under which addresses the parts of the cluster reach each other.
 *
 * @param node the node's address
 * @param advertised the API server's address for Pods
 * @param kubernetesService first address of the Service range
 */
public record Addresses(String node, String advertised, String kubernetesService) {
    public static Addresses of(ServerConfig config) {
        String node = config.nodeIp() != null ? config.nodeIp() : detect();
        return new Addresses(
                node,
                config.advertiseAddress() != null ? config.advertiseAddress() : node,
                first(config.serviceCidr()));
    }

    List<String> serverNames(ServerConfig config) {
        List<String> names = new ArrayList<>(List.of(
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
                "kubernetes.default.svc." + config.clusterDomain(),
                "localhost",
                "127.0.0.1",
                "::1",
                kubernetesService,
                node,
                config.nodeName()));
        if (!names.contains(advertised)) {
            names.add(advertised);
        }
        names.addAll(config.tlsSan());
        return names.stream().distinct().toList();
    }

    List<String> nodeNames(ServerConfig config) {
        return List.of(config.nodeName(), node, "127.0.0.1", "localhost");
    }

    /** Under which names others reach the node's kubelet. */
    public List<String> servingNames(ServerConfig config) {
        return List.of(config.nodeName(), node);
    }

    /** The first usable address of an IPv4 range. */
    private static String first(String cidr) {
        try {
            byte[] base =
                    InetAddress.getByName(cidr.substring(0, cidr.indexOf('/'))).getAddress();
            base[base.length - 1]++;
            return InetAddress.getByAddress(base).getHostAddress();
        } catch (IOException | StringIndexOutOfBoundsException e) {
            throw new UserException("--service-cidr %s: must be a range such as 10.43.0.0/16".formatted(cidr), e);
        }
    }

    /** Address of the interface with the default route, or else of the first that is up; a lone machine has loopback. */
    private static String detect() {
        try {
            Optional<String> byRoute = defaultInterface().flatMap(Addresses::addressOf);
            if (byRoute.isPresent()) {
                return byRoute.get();
            }
            for (NetworkInterface candidate : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (candidate.isUp()
                        && !candidate.isLoopback()
                        && !candidate.isVirtual()
                        && isReal(candidate.getName())) {
                    Optional<String> address = addressOf(candidate.getName());
                    if (address.isPresent()) {
                        return address.get();
                    }
                }
            }
        } catch (IOException e) {
            return "127.0.0.1"; // no network at all
        }
        return "127.0.0.1";
    }

    private static boolean isReal(String name) {
        return !name.startsWith("veth")
                && !name.startsWith("k8j")
                && !name.startsWith("cni")
                && !name.startsWith("docker");
    }

    private static Optional<String> defaultInterface() throws IOException {
        Path routes = Path.of("/proc/net/route");
        if (!Files.exists(routes)) {
            return Optional.empty();
        }
        return Files.readAllLines(routes).stream()
                .map(line -> line.split("\\s+"))
                .filter(fields -> fields.length > 7 && fields[1].equals("00000000") && fields[7].equals("00000000"))
                .map(fields -> fields[0])
                .findFirst();
    }

    private static Optional<String> addressOf(String interfaceName) {
        try {
            NetworkInterface found = NetworkInterface.getByName(interfaceName);
            return found == null
                    ? Optional.empty()
                    : found.inetAddresses()
                            .filter(Inet4Address.class::isInstance)
                            .map(InetAddress::getHostAddress)
                            .findFirst();
        } catch (SocketException e) {
            return Optional.empty();
        }
    }
}
