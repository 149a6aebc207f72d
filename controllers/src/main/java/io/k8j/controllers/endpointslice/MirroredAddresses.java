package io.k8j.controllers.endpointslice;

import io.fabric8.kubernetes.api.model.EndpointAddress;
import io.fabric8.kubernetes.api.model.EndpointSubset;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.k8j.controllers.endpoints.Subsets;
import io.k8j.controllers.support.Nulls;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What slices should say of an Endpoints object.
 *
 * @param byFamily contents by address type, one for each subset
 * @param invalid addresses that are none
 * @param skipped these, and those that are too many
 */
record MirroredAddresses(Map<String, List<SlicePlan.Contents>> byFamily, int invalid, int skipped) {
    /** @param most of one subset, so that each subset needs one slice */
    static MirroredAddresses of(Endpoints endpoints, int most) {
        Map<String, List<SlicePlan.Contents>> byFamily = new LinkedHashMap<>();
        int invalid = 0;
        int skipped = 0;
        for (EndpointSubset subset : Subsets.repacked(Nulls.list(endpoints.getSubsets()))) {
            List<EndpointPort> ports = Nulls.list(subset.getPorts()).stream()
                    .map(p -> new EndpointPort(
                            p.getAppProtocol(), Nulls.or(p.getName(), ""), p.getPort(), p.getProtocol()))
                    .toList();
            Map<String, List<Endpoint>> endpointsByFamily = new LinkedHashMap<>();
            int added = 0;
            int all =
                    subset.getAddresses().size() + subset.getNotReadyAddresses().size();
            for (int i = 0; i < all && added < most; i++) {
                boolean ready = i < subset.getAddresses().size();
                EndpointAddress address = ready
                        ? subset.getAddresses().get(i)
                        : subset.getNotReadyAddresses()
                                .get(i - subset.getAddresses().size());
                if (isAddress(address.getIp())) {
                    String family = address.getIp().indexOf(':') >= 0 ? "IPv6" : "IPv4";
                    endpointsByFamily
                            .computeIfAbsent(family, k -> new ArrayList<>())
                            .add(endpoint(address, ready));
                    added++;
                } else {
                    invalid++;
                }
            }
            skipped += all - added;
            endpointsByFamily.forEach((family, list) ->
                    byFamily.computeIfAbsent(family, k -> new ArrayList<>()).add(new SlicePlan.Contents(ports, list)));
        }
        return new MirroredAddresses(byFamily, invalid, skipped);
    }

    private static boolean isAddress(String ip) {
        try {
            InetAddress.ofLiteral(ip);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Endpoint endpoint(EndpointAddress address, boolean ready) {
        return new EndpointBuilder()
                .withAddresses(address.getIp())
                .withNewConditions(ready, null, null)
                .withHostname(Nulls.or(address.getHostname(), null))
                .withNodeName(address.getNodeName())
                .withTargetRef(address.getTargetRef())
                .build();
    }
}
