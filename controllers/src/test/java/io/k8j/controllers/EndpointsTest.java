package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.NS;
import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.EndpointAddress;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.ForZone;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.model.json.Json;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Endpoints and EndpointSlices in detail, as the three controllers write them. */
class EndpointsTest extends ControllersCase {
    private static final String TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time";

    private void service(String more) {
        cluster.create(Service.class, """
                apiVersion: v1
                kind: Service
                metadata: {name: svc%s}
                spec: {selector: {app: web}, ports: [{name: z, port: 80, targetPort: web}, {name: a, port: 81, targetPort: other}]}
                """.formatted(more));
    }

    private void pod(String name, String ports) {
        pod(name, ports, "node-1");
    }

    private void pod(String name, String ports, String node) {
        cluster.create(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, labels: {app: web}}
                spec: {nodeName: %s, containers: [{name: c, image: x, ports: [%s]}]}
                """.formatted(name, node, ports));
    }

    private static final String WEB = "{name: web, containerPort: 8080}";
    private static final String BOTH = WEB + ", {name: other, containerPort: 8081}";

    private List<EndpointSlice> slices() {
        return cluster.resources(EndpointSlice.class)
                .list(ListOptions.inNamespace(NS).labels("kubernetes.io/service-name=svc"));
    }

    private void eventuallySlices(String what, Predicate<List<EndpointSlice>> wanted) {
        eventually(what, () -> wanted.test(slices()));
    }

    private static int endpoints(List<EndpointSlice> slices) {
        return slices.stream()
                .mapToInt(slice ->
                        slice.getEndpoints() == null ? 0 : slice.getEndpoints().size())
                .sum();
    }

    @Test
    void subsetsHaveEachPortOnce() {
        cluster.nodes.add("node-1", Map.of());
        service("");
        pod("one", BOTH);
        pod("two", WEB);
        eventually("three addresses in two subsets", () -> {
            var subsets = cluster.get(Endpoints.class, "svc").getSubsets();
            return subsets.size() == 2
                    && subsets.stream().mapToInt(s -> s.getAddresses().size()).sum() == 3;
        });
        Map<String, List<String>> podsByPort = cluster.get(Endpoints.class, "svc").getSubsets().stream()
                .collect(Collectors.toMap(
                        s -> s.getPorts().getFirst().getName(),
                        s -> s.getAddresses().stream()
                                .map(EndpointAddress::getTargetRef)
                                .map(target -> target.getName())
                                .sorted()
                                .toList()));
        assertThat(podsByPort).containsEntry("z", List.of("one", "two")).containsEntry("a", List.of("one"));
    }

    @Test
    void aSliceKeepsTheServicesOrderOfPortsAndItsNameWhenItIsEmptied() {
        cluster.nodes.add("node-1", Map.of());
        service("");
        pod("one", BOTH);
        eventuallySlices("one endpoint", s -> endpoints(s) == 1);
        EndpointSlice slice = slices().getFirst();
        assertThat(slice.getPorts()).extracting(EndpointPort::getName).containsExactly("z", "a");
        cluster.resources(Pod.class).delete(new ObjectKey(NS, "one"), DeleteOptions.DEFAULT);
        eventuallySlices("a placeholder", s -> endpoints(s) == 0);
        assertThat(slices()).singleElement().satisfies(left -> {
            assertThat(left.getMetadata().getUid())
                    .isEqualTo(slice.getMetadata().getUid());
            assertThat(left.getPorts()).isNullOrEmpty();
        });
    }

    @Test
    void aPodWhoseNodeIsMissingIsLeftOutAndSaidSo() {
        service("");
        pod("one", BOTH, "nowhere");
        cluster.resources(Pod.class)
                .patch(
                        new ObjectKey(NS, "one"),
                        PatchType.MERGE,
                        Json.parse("{\"status\":{\"podIP\":\"10.0.0.1\",\"podIPs\":[{\"ip\":\"10.0.0.1\"}]}}"),
                        "status");
        eventually(
                "told",
                () -> cluster.events("svc")
                        .contains("FailedToUpdateEndpointSlices: Error updating Endpoint Slices for Service test/svc:"
                                + " skipping Pod one for Service test/svc: Node nowhere Not Found"));
        assertThat(endpoints(slices())).isZero();
        cluster.nodes.add("nowhere", Map.of());
        eventuallySlices("found", s -> endpoints(s) == 1);
    }

    private String readySince(String pod) {
        return cluster.get(Pod.class, pod).getStatus().getConditions().stream()
                .filter(c -> c.getType().equals("Ready"))
                .findFirst()
                .orElseThrow()
                .getLastTransitionTime();
    }

    @Test
    void theTriggerTimeIsWhenThePodBecameReady() {
        cluster.nodes.add("node-1", Map.of());
        service("");
        // For a Service that was not seen before it is the Service's own time.
        eventuallySlices("a placeholder", s -> s.size() == 1);
        eventually("Endpoints", () -> cluster.exists(Endpoints.class, "svc"));
        pod("one", BOTH);
        eventuallySlices(
                "ready",
                s -> endpoints(s) == 1
                        && s.getFirst()
                                .getEndpoints()
                                .getFirst()
                                .getConditions()
                                .getReady());
        eventuallySlices(
                "the time of the change",
                s -> readySince("one")
                        .equals(s.getFirst().getMetadata().getAnnotations().get(TRIGGER)));
        eventually(
                "the same in Endpoints",
                () -> readySince("one")
                        .equals(cluster.get(Endpoints.class, "svc")
                                .getMetadata()
                                .getAnnotations()
                                .get(TRIGGER)));
        patch(Service.class, "svc", "{'metadata':{'labels':{'x':'y'}}}");
        eventuallySlices(
                "no time for a change that has none",
                s -> "y".equals(s.getFirst().getMetadata().getLabels().get("x"))
                        && (s.getFirst().getMetadata().getAnnotations() == null
                                || !s.getFirst().getMetadata().getAnnotations().containsKey(TRIGGER)));
    }

    private void zonedNode(String name, String zone) {
        cluster.nodes.add(name, Map.of("topology.kubernetes.io/zone", zone));
        cluster.resources(Node.class)
                .patch(
                        ObjectKey.of(name),
                        PatchType.MERGE,
                        Json.parse("{\"status\":{\"allocatable\":{\"cpu\":\"4\"}}}"),
                        "status");
    }

    private static List<String> hints(List<EndpointSlice> slices) {
        return slices.stream()
                .flatMap(slice -> slice.getEndpoints().stream())
                .map(Endpoint::getHints)
                .filter(hints -> hints != null)
                .flatMap(hints -> hints.getForZones().stream())
                .map(ForZone::getName)
                .sorted()
                .toList();
    }

    @Test
    void theTopologyAnnotationSpreadsEndpointsOverZones() {
        zonedNode("node-1", "z1");
        zonedNode("node-2", "z2");
        service(", annotations: {service.kubernetes.io/topology-mode: Auto}");
        for (String name : List.of("a", "b", "c", "d")) {
            pod(name, BOTH);
        }
        eventuallySlices("two for each zone", s -> hints(s).equals(List.of("z1", "z1", "z2", "z2")));
        eventually(
                "told",
                () -> cluster.events("svc")
                        .contains(
                                "TopologyAwareHintsEnabled: Topology Aware Hints has been enabled, addressType: IPv4"));
        patch(Service.class, "svc", "{'metadata':{'annotations':{'service.kubernetes.io/topology-mode':null}}}");
        eventuallySlices("none", s -> hints(s).isEmpty());
        eventually(
                "told again",
                () -> cluster.events("svc")
                        .contains(
                                "TopologyAwareHintsDisabled: Topology Aware Hints has been disabled, addressType: IPv4"));
        patch(Service.class, "svc", "{'spec':{'trafficDistribution':'PreferSameNode'}}");
        eventuallySlices("their own", s -> hints(s).equals(List.of("z1", "z1", "z1", "z1")));
        assertThat(slices().getFirst().getEndpoints().getFirst().getHints().getForNodes())
                .singleElement()
                .satisfies(node -> assertThat(node.getName()).isEqualTo("node-1"));
    }

    @Test
    void aMirrorHasTheAnnotationsAndTheSubsetsRepacked() {
        cluster.create(
                Service.class, "{apiVersion: v1, kind: Service, metadata: {name: svc}, spec: {ports: [{port: 80}]}}");
        cluster.create(Endpoints.class, """
                apiVersion: v1
                kind: Endpoints
                metadata:
                  name: svc
                  labels: {l: "1"}
                  annotations: {a: b, %s: "2020-01-01T00:00:00Z", kubectl.kubernetes.io/last-applied-configuration: "{}"}
                subsets:
                - {addresses: [{ip: 192.0.2.1}], ports: [{name: x, port: 9000}]}
                - {notReadyAddresses: [{ip: 192.0.2.2}], ports: [{name: x, port: 9000}]}
                """.formatted(TRIGGER));
        eventuallySlices("one slice of both", s -> s.size() == 1 && endpoints(s) == 2);
        EndpointSlice slice = slices().getFirst();
        assertThat(slice.getMetadata().getAnnotations()).isEqualTo(Map.of("a", "b"));
        assertThat(slice.getMetadata().getLabels())
                .containsEntry("l", "1")
                .containsEntry("endpointslice.kubernetes.io/managed-by", "endpointslicemirroring-controller.k8s.io");
        assertThat(slice.getEndpoints())
                .extracting(endpoint -> endpoint.getAddresses().getFirst())
                .containsExactlyInAnyOrder("192.0.2.1", "192.0.2.2");
        patch(Endpoints.class, "svc", "{'metadata':{'annotations':{'a':'c'}}}");
        eventuallySlices(
                "followed",
                s -> "c".equals(s.getFirst().getMetadata().getAnnotations().get("a")));
        cluster.resources(Service.class).delete(new ObjectKey(NS, "svc"), DeleteOptions.DEFAULT);
        eventually("Endpoints written by hand go with the Service", () -> !cluster.exists(Endpoints.class, "svc"));
        eventuallySlices("mirrors, too", List::isEmpty);
    }
}
