package io.k8j.kubelet.hostports;

/**
 * One port of the node that leads to a Pod.
 *
 * @param protocol {@code tcp}, {@code udp} or {@code sctp}
 * @param hostIp address of the node for which it holds; empty for all of them
 * @param hostPort port on the node
 * @param podIp the Pod's IPv4 address
 * @param podPort port in the Pod
 */
public record HostPort(String protocol, String hostIp, int hostPort, String podIp, int podPort) {
    public HostPort {
        if (hostIp.equals("0.0.0.0") || hostIp.equals("::")) hostIp = "";
    }
}
