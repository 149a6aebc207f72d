package io.k8j.controllers.certificates;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * Whether a node may have the certificate for its kubelet's server that it asks for, without a person looking: it must not
 * carry the name or an address of somebody else, with which the node could pass for another or for the API server.
 */
final class ServingApproval {
    private static final ObjectKey API_SERVER = new ObjectKey("default", "kubernetes");
    private static final String NODE_PREFIX = "system:node:";

    private ServingApproval() {}

    /** Decides, with the addresses that are taken now. */
    static boolean isHarmless(RequestedCertificate wanted, ControllerContext context) {
        String node = wanted.commonName().substring(NODE_PREFIX.length());
        return isHarmless(wanted.alternativeNames(), node, taken(node, context));
    }

    /** @param taken addresses of others */
    static boolean isHarmless(List<GeneralName> names, String node, Set<InetAddress> taken) {
        for (GeneralName name : names) {
            if (name.getTagNo() == GeneralName.dNSName) {
                if (!name.getName().toString().equals(node)) return false;
            } else if (name.getTagNo() != GeneralName.iPAddress || !isFree(name, taken)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFree(GeneralName name, Set<InetAddress> taken) {
        try {
            InetAddress address = InetAddress.getByAddress(
                    ASN1OctetString.getInstance(name.getName()).getOctets());
            return !address.isLoopbackAddress() && !address.isAnyLocalAddress() && !taken.contains(address);
        } catch (UnknownHostException e) {
            return false; // neither four nor sixteen bytes
        }
    }

    private static Set<InetAddress> taken(String own, ControllerContext context) {
        Set<InetAddress> taken = new HashSet<>();
        for (Node node : context.resources(Node.class).list(ListOptions.ALL)) {
            if (!node.getMetadata().getName().equals(own) && node.getStatus() != null) {
                for (NodeAddress address : Nulls.list(node.getStatus().getAddresses())) {
                    add(taken, address.getAddress());
                }
            }
        }
        context.resources(Service.class)
                .find(API_SERVER)
                .ifPresent(
                        service -> Nulls.list(service.getSpec().getClusterIPs()).forEach(ip -> add(taken, ip)));
        context.resources(EndpointSlice.class)
                .find(API_SERVER)
                .ifPresent(slice ->
                        slice.getEndpoints().forEach(end -> end.getAddresses().forEach(ip -> add(taken, ip))));
        return taken;
    }

    private static void add(Set<InetAddress> taken, String address) {
        try {
            taken.add(InetAddress.ofLiteral(address));
        } catch (IllegalArgumentException e) {
            return; // a name, which no certificate may carry anyway
        }
    }
}
