package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services as their clients see them: who answers, at which address. */
class ServicesIT extends ContainerTest {
    private void createClient() {
        create("""
                apiVersion: v1
                kind: Pod
                metadata: {name: client}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                  - {name: c, image: "nginx:1.25.3", imagePullPolicy: IfNotPresent, command: [sleep, "100000"]}
                """);
        awaitRunning("client");
    }

    private void createServers(int count) {
        for (int i = 1; i <= count; i++) {
            create("""
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: server-%d, labels: {app: server}}
                    spec:
                      terminationGracePeriodSeconds: 0
                      containers:
                      - name: c
                        readinessProbe: {periodSeconds: 1, httpGet: {port: 8080, path: /healthz}}
                    %s
                    """.formatted(i, SERVER.indent(4).stripTrailing()));
        }
    }

    private Service createService(String fields) {
        create("""
                apiVersion: v1
                kind: Service
                metadata: {name: service}
                spec: {%s}
                """.formatted(fields));
        return service();
    }

    private Service service() {
        return client().services().withName("service").get();
    }

    private Service edit(UnaryOperator<ServiceBuilder> change) {
        return client().services()
                .withName("service")
                .edit(s -> change.apply(new ServiceBuilder(s)).build());
    }

    /** Who answers a number of requests in a row, each on a connection of its own. */
    private Set<String> answers(String address, int requests) {
        String script =
                "for i in $(seq %d); do timeout 10 wget -q -O - http://%s/hostname; done".formatted(requests, address);
        List<String> lines = shell("client", script).lines().toList();
        assertThat(lines).as(address).hasSize(requests);
        return new HashSet<>(lines);
    }

    private void isReached(String address) {
        eventually(() -> assertThat(answers(address, 1)).allMatch(name -> name.startsWith("server-")));
    }

    private String nodeAddress() {
        return pod("client").getStatus().getHostIP();
    }

    private List<String> addresses(boolean nodePort) {
        String cluster = "service:80 %s:80".formatted(service().getSpec().getClusterIP());
        int port = nodePort ? service().getSpec().getPorts().getFirst().getNodePort() : 0;
        return List.of((nodePort ? "%s %s:%d".formatted(cluster, nodeAddress(), port) : cluster).split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NodePort", "ClusterIP"})
    @Conformance("network/Services/11")
    @Conformance("network/Services/12")
    void sessionAffinityLeadsToOnePod(String type) {
        createServers(3);
        createClient();
        createService(
                "type: %s, selector: {app: server}, sessionAffinity: ClientIP, ports: [{port: 80, targetPort: 8080}]"
                        .formatted(type));
        IntStream.rangeClosed(1, 3).forEach(i -> awaitReady("server-" + i));
        for (String address : addresses(type.equals("NodePort"))) {
            eventually(() -> assertThat(answers(address, 15)).hasSize(1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"NodePort", "ClusterIP"})
    @Conformance("network/Services/6")
    @Conformance("network/Services/7")
    void sessionAffinityIsSwitchedOffAndOn(String type) {
        createServers(3);
        createClient();
        createService(
                "type: %s, selector: {app: server}, sessionAffinity: ClientIP, ports: [{port: 80, targetPort: 8080}]"
                        .formatted(type));
        IntStream.rangeClosed(1, 3).forEach(i -> awaitReady("server-" + i));
        String address = addresses(type.equals("NodePort")).getLast();
        eventually(() -> assertThat(answers(address, 15)).hasSize(1));
        edit(s -> s.editSpec()
                .withSessionAffinity("None")
                .withSessionAffinityConfig(null)
                .endSpec());
        eventually(() -> assertThat(answers(address, 15)).hasSizeGreaterThan(1));
        edit(s -> s.editSpec().withSessionAffinity("ClientIP").endSpec());
        eventually(() -> assertThat(answers(address, 15)).hasSize(1));
    }

    @Test
    @Conformance("network/Services/5")
    void aNodePortIsReachedByNameClusterIpAndNode() {
        createServers(2);
        createClient();
        createService("type: NodePort, selector: {app: server}, ports: [{port: 80, targetPort: 8080}]");
        addresses(true).forEach(this::isReached);
    }

    private String cname() {
        return exec("client", "c", "nslookup", "-type=cname", "service." + namespace() + ".svc.cluster.local")
                .stdout();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ClusterIP", "NodePort"})
    @Conformance("network/Services/1")
    @Conformance("network/Services/4")
    void aServiceBecomesAnAlias(String type) {
        createServers(1);
        createClient();
        createService("type: %s, selector: {app: server}, ports: [{port: 80, targetPort: 8080}]".formatted(type));
        Service alias = edit(s -> s.editSpec()
                .withType("ExternalName")
                .withExternalName("foo.example.com")
                .withClusterIP(null)
                .withClusterIPs()
                .editFirstPort()
                .withNodePort(null)
                .endPort()
                .endSpec());
        assertThat(alias.getSpec().getClusterIP()).isNullOrEmpty();
        assertThat(alias.getSpec().getPorts()).allMatch(p -> p.getNodePort() == null);
        eventually(() -> assertThat(cname()).contains("canonical name = foo.example.com"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ClusterIP", "NodePort"})
    @Conformance("network/Services/2")
    @Conformance("network/Services/3")
    void anAliasBecomesAService(String type) {
        createServers(1);
        createClient();
        Service alias = createService("type: ExternalName, externalName: foo.example.com");
        assertThat(alias.getSpec().getClusterIP()).isNullOrEmpty();
        edit(s -> s.editSpec()
                .withType(type)
                .withExternalName(null)
                .addToSelector("app", "server")
                .addNewPort()
                .withPort(80)
                .withNewTargetPort(8080)
                .withProtocol("TCP")
                .endPort()
                .endSpec());
        addresses(type.equals("NodePort")).forEach(this::isReached);
    }

    @Test
    @Conformance("network/DNS/2")
    void anAliasFollowsItsTarget() {
        createClient();
        createService("type: ExternalName, externalName: foo.example.com");
        eventually(() -> assertThat(cname()).contains("canonical name = foo.example.com"));
        edit(s -> s.editSpec().withExternalName("bar.example.com").endSpec());
        eventually(() -> assertThat(cname()).contains("canonical name = bar.example.com"));
        String address = edit(s -> s.editSpec()
                        .withType("ClusterIP")
                        .withExternalName(null)
                        .addNewPort()
                        .withPort(80)
                        .withName("http")
                        .endPort()
                        .endSpec())
                .getSpec()
                .getClusterIP();
        eventually(() -> assertThat(
                        exec("client", "c", "nslookup", "-type=a", "service." + namespace() + ".svc.cluster.local")
                                .stdout())
                .contains("Address: " + address));
    }

    private boolean answersTcp(String address) {
        return exec("client", "c", "timeout", "2", "wget", "-q", "-O", "-", "http://" + address + ":8080/hostname")
                        .exit()
                == 0;
    }

    private boolean answersUdp(String address) {
        String script =
                "exec 3<>/dev/udp/%s/8080; echo x >&3; timeout 2 head -n 1 <&3 | grep -q server".formatted(address);
        return exec("client", "c", "bash", "-c", script).exit() == 0;
    }

    @Test
    @Conformance("network/Services/15")
    void tcpAndUdpShareAPortNumber() {
        createServers(1);
        createClient();
        String address = createService("selector: {app: server}, ports: ["
                        + "{name: t, port: 8080, targetPort: 8080, protocol: TCP},"
                        + "{name: u, port: 8080, targetPort: 8081, protocol: UDP}]")
                .getSpec()
                .getClusterIP();
        eventually(() -> assertThat(answersTcp(address)).isTrue());
        eventually(() -> assertThat(answersUdp(address)).isTrue());
        edit(s -> s.editSpec()
                .removeMatchingFromPorts(p -> p.getName().equals("u"))
                .endSpec());
        eventually(() -> assertThat(answersUdp(address)).isFalse());
        eventually(() -> assertThat(answersTcp(address)).isTrue());
        edit(s -> s.editSpec()
                .editFirstPort()
                .withName("u")
                .withProtocol("UDP")
                .withNewTargetPort(8081)
                .endPort()
                .endSpec());
        eventually(() -> assertThat(answersTcp(address)).isFalse());
        eventually(() -> assertThat(answersUdp(address)).isTrue());
    }

    private void createMember(String name, String port) {
        create(podRunning(name, "trap exit TERM; sleep 100000 & wait", "", "ports: [{%s}]".formatted(port))
                .replace("labels: {", "labels: {member: x, "));
    }

    private static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : list;
    }

    /** The ports of the Service's endpoints by Pod name, as slices and Endpoints agree on them. */
    private Set<String> endpoints() {
        Set<String> inSlices = client()
                .discovery()
                .v1()
                .endpointSlices()
                .withLabel("kubernetes.io/service-name", "service")
                .list()
                .getItems()
                .stream()
                .flatMap(slice -> orEmpty(slice.getEndpoints()).stream()
                        .filter(e -> e.getTargetRef() != null)
                        .flatMap(e -> orEmpty(slice.getPorts()).stream()
                                .map(p -> e.getTargetRef().getName() + ":" + p.getPort())))
                .collect(Collectors.toSet());
        Endpoints found = client().endpoints().withName("service").get();
        assertThat(found).isNotNull();
        Set<String> inEndpoints = orEmpty(found.getSubsets()).stream()
                .flatMap(subset -> orEmpty(subset.getAddresses()).stream()
                        .flatMap(a -> subset.getPorts().stream()
                                .map(p -> a.getTargetRef().getName() + ":" + p.getPort())))
                .collect(Collectors.toSet());
        assertThat(inEndpoints).isEqualTo(inSlices);
        return inSlices;
    }

    private void awaitEndpoints(String... wanted) {
        eventually(() -> assertThat(endpoints()).containsExactlyInAnyOrder(wanted));
    }

    @Test
    @Conformance("network/Services/14")
    void endpointsFollowThePods() {
        createService("selector: {member: x}, ports: [{port: 80, targetPort: 80}]");
        awaitEndpoints();
        createMember("pod1", "containerPort: 80");
        awaitEndpoints("pod1:80");
        createMember("pod2", "containerPort: 80");
        awaitEndpoints("pod1:80", "pod2:80");
        client().pods().withName("pod1").delete();
        awaitEndpoints("pod2:80");
        client().pods().withName("pod2").delete();
        awaitEndpoints();
    }

    @Test
    @Conformance("network/Services/16")
    void endpointsOfTwoPortsFollowTheirPods() {
        createService("selector: {member: x}, ports: ["
                + "{name: portname1, port: 80, targetPort: one}, {name: portname2, port: 81, targetPort: two}]");
        awaitEndpoints();
        createMember("pod1", "name: one, containerPort: 100");
        awaitEndpoints("pod1:100");
        createMember("pod2", "name: two, containerPort: 101");
        awaitEndpoints("pod1:100", "pod2:101");
        client().pods().withName("pod1").delete();
        awaitEndpoints("pod2:101");
        client().pods().withName("pod2").delete();
        awaitEndpoints();
    }

    @Test
    @Conformance("network/EndpointSlice/3")
    void theApiServersServiceHasEndpointsAndSlices() {
        eventually(() -> {
            List<String> addresses =
                    client().endpoints().inNamespace("default").withName("kubernetes").get().getSubsets().stream()
                            .flatMap(s -> s.getAddresses().stream())
                            .map(a -> a.getIp())
                            .toList();
            assertThat(addresses).isNotEmpty();
            assertThat(client()
                            .discovery()
                            .v1()
                            .endpointSlices()
                            .inNamespace("default")
                            .withLabel("kubernetes.io/service-name", "kubernetes")
                            .list()
                            .getItems()
                            .stream()
                            .flatMap(s -> s.getEndpoints().stream())
                            .flatMap(e -> e.getAddresses().stream()))
                    .containsExactlyInAnyOrderElementsOf(addresses);
        });
    }
}
