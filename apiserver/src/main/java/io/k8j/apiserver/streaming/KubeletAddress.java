package io.k8j.apiserver.streaming;

import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.Map;

/** Where a node's kubelet listens. */
public record KubeletAddress(String host, int port) {
    private static final GroupVersionResource NODES = new GroupVersionResource("", "v1", "nodes");
    private static final GroupVersionResource PODS = new GroupVersionResource("", "v1", "pods");
    private static final int DEFAULT_PORT = 10250;
    /** Upstream's order of preference. */
    private static final List<String> ADDRESS_TYPES =
            List.of("Hostname", "InternalDNS", "InternalIP", "ExternalDNS", "ExternalIP");

    /**
     * The kubelet of the node a Pod runs on.
     *
     * @throws ApiException 400 if the Pod has no node yet, 404 if its node is not known, 500 if that has no address
     */
    public static KubeletAddress ofPod(ObjectReader objects, ApiObject pod) {
        if (!isAssigned(pod)) {
            throw ApiException.badRequest("pod %s does not have a host assigned".formatted(pod.name()));
        }
        String node = Trees.string(pod.tree(), "spec", "nodeName");
        // Upstream looks for the node in the name of its Pods.
        if (objects.get(NODES, "", node).isEmpty()) throw ApiException.notFound(PODS, node);
        return ofNode(objects, node);
    }

    /** Whether a Pod has a node. */
    public static boolean isAssigned(ApiObject pod) {
        String node = Trees.string(pod.tree(), "spec", "nodeName");
        return node != null && !node.isEmpty();
    }

    /** @throws ApiException 404 if there is no such node, 500 if it has no address */
    public static KubeletAddress ofNode(ObjectReader objects, String name) {
        ApiObject node = objects.get(NODES, "", name).orElseThrow(() -> ApiException.notFound(NODES, name));
        Map<String, Object> tree = node.tree();
        Object port = Trees.get(tree, "status", "daemonEndpoints", "kubeletEndpoint", "Port");
        String address = address(Trees.list(tree, "status", "addresses"));
        if (address == null) {
            throw ApiException.internal("no preferred addresses found; known addresses: []");
        }
        return new KubeletAddress(address, port instanceof Number n ? n.intValue() : DEFAULT_PORT);
    }

    private static String address(List<Object> addresses) {
        // The address itself comes before names, which might not resolve on this machine.
        for (String type : List.of("InternalIP", "ExternalIP")) {
            String found = ofType(addresses, type);
            if (found != null) {
                return found;
            }
        }
        return ADDRESS_TYPES.stream()
                .map(type -> ofType(addresses, type))
                .filter(java.util.Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static String ofType(List<Object> addresses, String type) {
        for (Object entry : addresses) {
            if (entry instanceof Map<?, ?> map && type.equals(map.get("type"))) {
                return String.valueOf(map.get("address"));
            }
        }
        return null;
    }

    /** A request to this kubelet. */
    public Backend backend(SslContext tls, String target) {
        return new Backend(host, port, tls, target);
    }
}
