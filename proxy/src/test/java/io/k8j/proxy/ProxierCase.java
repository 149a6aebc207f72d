package io.k8j.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.k8j.client.ObjectKey;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Real connections between network namespaces of this test, with the Services in an API server of this JVM. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ProxierCase {
    static final String TABLE = "k8jtest";
    static final ProxyConfig CONFIG = ProxyConfig.of(
                    "node1", List.of(TestNetwork.NODE_IP), List.of("10.42.0.0/16"), List.of("10.43.0.0/16"))
            .withTable(TABLE)
            .withCheckPeriod(Duration.ofMillis(500));

    TestNetwork network;
    TestCluster cluster;
    Proxier proxier;

    @BeforeAll
    void start() throws Exception {
        TestNetwork.obstacle().ifPresent(reason -> assumeTrue(false, reason));
        network = TestNetwork.create();
        cluster = new TestCluster();
        for (int pod = 1; pod <= 3; pod++) {
            network.serve("pod" + pod, "TCP", 8080);
            network.serve("pod" + pod, "UDP", 5300);
        }
        network.serve("node", "TCP", 6443);
        proxier = Proxier.start(CONFIG, cluster.client, network.in("node"));
        assertThat(proxier.awaitReady(Duration.ofSeconds(20))).isTrue();
        await().until(() -> network.ask("node", "TCP", "10.42.0.4", 8080).startsWith("pod3"));
    }

    @AfterAll
    void stop() throws IOException {
        if (proxier != null) proxier.close();
        if (cluster != null) cluster.close();
        if (network != null) network.close();
    }

    Service service(String name, String protocol, int port, Consumer<ServiceBuilder> change) {
        ServiceBuilder builder = new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .addNewPort()
                .withName("p")
                .withProtocol(protocol)
                .withPort(port)
                .endPort()
                .endSpec();
        change.accept(builder);
        return cluster.client.resources(Service.class).create(builder.build());
    }

    static Consumer<ServiceBuilder> ip(String address) {
        return b -> b.editSpec().withClusterIP(address).endSpec();
    }

    /** Makes or replaces the slice of a Service; Pods are the last bytes of 10.42.0.x, a leading '-' means elsewhere. */
    void endpoints(String service, String protocol, int port, String... addresses) {
        EndpointSliceBuilder slice = new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(service + "-1")
                .addToLabels("kubernetes.io/service-name", service)
                .endMetadata()
                .withAddressType("IPv4")
                .addNewPort()
                .withName("p")
                .withPort(port)
                .withProtocol(protocol)
                .endPort();
        for (String address : addresses) {
            slice.addNewEndpoint()
                    .withAddresses(address.replace("-", ""))
                    .withNodeName(address.startsWith("-") ? "node2" : "node1")
                    .withNewConditions()
                    .withReady(true)
                    .endConditions()
                    .endEndpoint();
        }
        var slices = cluster.client.resources(EndpointSlice.class);
        var old = slices.find(new ObjectKey("default", service + "-1"));
        if (old.isEmpty()) {
            slices.create(slice.build());
        } else {
            slices.update(slice.editMetadata()
                    .withResourceVersion(old.get().getMetadata().getResourceVersion())
                    .endMetadata()
                    .build());
        }
    }

    Set<String> askOften(String who, String address, int port) {
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 25; i++) answers.add(network.ask(who, "TCP", address, port));
        return answers;
    }

    void awaitAnswer(String who, String protocol, String address, int port, String begin) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(network.ask(who, protocol, address, port)).startsWith(begin));
    }
}
