package io.k8j.proxy;

import java.util.List;

/**
 * What the rules of a Service depend on besides the Service: this node and one address family.
 *
 * @param family addresses of this family only
 * @param nodeName name of this node
 * @param zone the node's zone; empty if unknown
 * @param nodeIps the node's addresses
 * @param clusterCidrs ranges of the Pods
 * @param masqueradeAll whether all traffic to Services is masqueraded
 */
record NodeView(
        Family family,
        String nodeName,
        String zone,
        List<String> nodeIps,
        List<String> clusterCidrs,
        boolean masqueradeAll) {
    static NodeView of(ProxyConfig config, Family family, String zone, boolean masqueradeAll) {
        return new NodeView(
                family,
                config.nodeName(),
                zone,
                family.addresses(config.nodeIps()),
                family.cidrs(config.clusterCidrs()),
                masqueradeAll);
    }

    NodeView withZone(String name) {
        return new NodeView(family, nodeName, name, nodeIps, clusterCidrs, masqueradeAll);
    }
}
