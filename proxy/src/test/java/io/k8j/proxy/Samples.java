package io.k8j.proxy;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Services and slices in few words: namespace ns, Service web, port http 80 to 8080, node1 in zone a. */
final class Samples {
    static final NodeView NODE =
            new NodeView(Family.V4, "node1", "a", List.of("192.0.2.1"), List.of("10.42.0.0/16"), false);

    private Samples() {}

    static Service service(Consumer<ServiceBuilder> change) {
        ServiceBuilder builder = new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("ns")
                .withName("web")
                .endMetadata()
                .withNewSpec()
                .withType("ClusterIP")
                .withClusterIP("10.43.0.5")
                .addNewPort()
                .withName("http")
                .withProtocol("TCP")
                .withPort(80)
                .endPort()
                .endSpec();
        change.accept(builder);
        return builder.build();
    }

    static EndpointSlice slice(Endpoint... endpoints) {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace("ns")
                .withName("web-1")
                .addToLabels("kubernetes.io/service-name", "web")
                .endMetadata()
                .withAddressType("IPv4")
                .addNewPort()
                .withName("http")
                .withProtocol("TCP")
                .withPort(8080)
                .endPort()
                .withEndpoints(Arrays.asList(endpoints))
                .build();
    }

    static Endpoint ready(String address, String node) {
        return endpoint(address, node, true, true, false, e -> e);
    }

    static Endpoint endpoint(
            String address,
            String node,
            boolean ready,
            boolean serving,
            boolean terminating,
            UnaryOperator<EndpointBuilder> change) {
        return change.apply(new EndpointBuilder()
                        .withAddresses(address)
                        .withNodeName(node)
                        .withNewConditions()
                        .withReady(ready)
                        .withServing(serving)
                        .withTerminating(terminating)
                        .endConditions())
                .build();
    }
}
