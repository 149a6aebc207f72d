package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDR;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The life of ServiceCIDRs against the real API server. */
class ServiceCidrTest extends ControllersCase {
    private static final ObjectKey MORE = new ObjectKey("", "more");

    private Optional<ServiceCIDR> cidr() {
        return cluster.client.resources(ServiceCIDR.class).find(MORE);
    }

    private String ready() {
        return cidr().map(ServiceCIDR::getStatus)
                .map(status -> status.getConditions().stream()
                        .filter(c -> c.getType().equals("Ready"))
                        .map(c -> c.getStatus() + c.getReason())
                        .findFirst()
                        .orElse(""))
                .orElse("");
    }

    @Test
    void aRangeIsReadyAndStaysUntilItsLastServiceIsGone() {
        cluster.create(ServiceCIDR.class, """
            apiVersion: networking.k8s.io/v1
            kind: ServiceCIDR
            metadata: {name: more}
            spec: {cidrs: [10.222.0.0/24]}
            """);
        eventually("ready", () -> ready().equals("True"));
        assertThat(cidr().orElseThrow().getMetadata().getFinalizers())
                .containsExactly("networking.k8s.io/service-cidr-finalizer");
        cluster.create(Service.class, """
            apiVersion: v1
            kind: Service
            metadata: {name: s}
            spec: {clusterIP: 10.222.0.9, ports: [{port: 80}]}
            """);
        cluster.client.resources(ServiceCIDR.class).delete(MORE, DeleteOptions.DEFAULT);
        eventually("held back", () -> ready().equals("FalseTerminating"));
        List<Condition> conditions = cidr().orElseThrow().getStatus().getConditions();
        assertThat(conditions.getFirst().getMessage())
                .isEqualTo("There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new"
                        + " ServiceCIDR");
        cluster.client.resources(Service.class).delete(new ObjectKey(TestCluster.NS, "s"), DeleteOptions.DEFAULT);
        Awaitility.await("gone").atMost(Duration.ofMinutes(1)).until(() -> cidr().isEmpty());
    }
}
