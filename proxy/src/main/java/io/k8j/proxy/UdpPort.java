package io.k8j.proxy;

import java.util.Set;

/**
 * What a Service's UDP port is reached by, and what answers. The kernel remembers UDP flows, so those to vanished
 * backends must be forgotten by hand.
 *
 * @param addresses Service, external and load balancer addresses
 * @param port the Service's port
 * @param nodePort 0 if there is none
 * @param backends addresses and ports that take traffic
 */
record UdpPort(Set<String> addresses, int port, int nodePort, Set<Target> backends) {
    record Target(String address, int port) {}
}
