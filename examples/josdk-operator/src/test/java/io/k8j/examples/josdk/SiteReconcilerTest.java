package io.k8j.examples.josdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.Operator;
import io.k8j.junit.AdmissionAnswer;
import io.k8j.junit.K8j;
import io.k8j.junit.K8jCluster;
import io.k8j.junit.WebhookRule;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The operator against a real cluster in this JVM. */
@K8j(nodes = 2, crds = "classpath:site-crd.yaml")
class SiteReconcilerTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @K8j
    private K8jCluster cluster;

    @K8j
    private KubernetesClient client; // in the test's own namespace

    private Operator operator;

    @BeforeEach
    void startOperator() {
        operator = SiteReconciler.operator(client, "one", client.getNamespace(), Duration.ofSeconds(2));
        operator.start();
    }

    @AfterEach
    void stopOperator() {
        operator.stop();
    }

    private Site site() {
        return client.resources(Site.class).withName("shop").get();
    }

    private Site createReady(int replicas) {
        client.resource(Site.of("shop", "shop.test", replicas)).create();
        await().atMost(LIMIT)
                .until(() -> site().getStatus() != null && site().getStatus().getReadyReplicas() == replicas);
        return site();
    }

    private List<Pod> runningPods() {
        return client.pods().withLabel("site", "shop").list().getItems().stream()
                .filter(pod -> pod.getStatus().getPhase().equals("Running"))
                .toList();
    }

    @Test
    void aSiteBecomesReadyWithItsDeployment() {
        createReady(2);
        assertThat(runningPods()).hasSize(2);
        assertThat(client.apps()
                        .deployments()
                        .withName("shop")
                        .get()
                        .getStatus()
                        .getConditions())
                .anyMatch(condition -> condition.getType().equals("Available")
                        && condition.getStatus().equals("True"));
    }

    @Test
    void partsAreAppliedOnTheServerAndFieldsOfOthersStay() {
        createReady(1);
        client.configMaps()
                .withName("shop")
                .edit(page -> new ConfigMapBuilder(page)
                        .addToData("robots.txt", "somebody else's")
                        .build());
        client.resources(Site.class).withName("shop").edit(site -> {
            site.getSpec().setPage("hello");
            return site;
        });
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(
                                client.configMaps().withName("shop").get().getData())
                        .containsEntry("index.html", "hello")
                        .containsEntry("robots.txt", "somebody else's"));
        assertThat(client.configMaps().withName("shop").get().getMetadata().getManagedFields())
                .anyMatch(fields -> fields.getManager().equals("site-operator")
                        && fields.getOperation().equals("Apply"));
    }

    @Test
    void theDefinitionsRulesAreAsked() {
        assertThatThrownBy(
                        () -> client.resource(Site.of("shop", "shop.test", 6)).create())
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("more than 5 replicas need big");
        createReady(1);
        cluster.awaitQuiescent(); // the operator has written all it has to write
        assertThatThrownBy(() -> client.resources(Site.class).withName("shop").edit(site -> {
                    site.getSpec().setHost("other.test");
                    return site;
                }))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("a site keeps its host");
    }

    @Test
    void aDeletedSiteLeavesTheRegisterAndItsPartsGoWithIt() {
        createReady(1);
        assertThat(client.configMaps().withName("shop.test").get()).isNotNull();
        client.resources(Site.class).withName("shop").delete();
        await().atMost(LIMIT).until(() -> site() == null);
        assertThat(client.configMaps().withName("shop.test").get())
                .as("the finalizer's work is done before the site is gone")
                .isNull();
        await().atMost(LIMIT)
                .until(() -> client.apps().deployments().withName("shop").get() == null
                        && client.configMaps().withName("shop").get() == null
                        && client.pods()
                                .withLabel("site", "shop")
                                .list()
                                .getItems()
                                .isEmpty());
    }

    @Test
    void anAdmissionWebhookOfThisTestIsAsked() {
        cluster.webhooks()
                .validating(
                        "sites",
                        WebhookRule.of("examples.k8j.io", "v1", "sites"),
                        request ->
                                request.objectAs(Site.class).getSpec().getHost().endsWith(".test")
                                        ? AdmissionAnswer.allow()
                                        : AdmissionAnswer.deny("hosts end with .test"));
        assertThatThrownBy(() -> client.resource(Site.of("shop", "shop.com", 1)).create())
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("hosts end with .test");
        client.resource(Site.of("shop", "shop.test", 1)).create();
    }

    private String leader() {
        var lease = client.leases().withName("site-operator").get();
        return lease == null ? null : lease.getSpec().getHolderIdentity();
    }

    @Test
    void anotherInstanceTakesOverWhenTheLeaderStops() {
        await().atMost(LIMIT).until(() -> "one".equals(leader()));
        Operator second = SiteReconciler.operator(client, "two", client.getNamespace(), Duration.ofSeconds(2));
        try {
            Thread starting = Thread.ofVirtual().start(second::start); // waits until it leads
            assertThat(leader()).isEqualTo("one");
            operator.stop();
            await().atMost(LIMIT).until(() -> "two".equals(leader()));
            await().atMost(LIMIT).until(() -> !starting.isAlive());
            createReady(1);
        } finally {
            second.stop();
        }
    }

    @Test
    void podsMoveWhenTheirNodeFails() {
        createReady(1);
        String lost = runningPods().getFirst().getSpec().getNodeName();
        cluster.awaitQuiescent();
        cluster.time().freeze();
        cluster.node(lost).fail();
        cluster.advance(Duration.ofMinutes(1)); // until it counts as lost
        cluster.advance(Duration.ofMinutes(6)); // until its Pods are given up
        assertThat(runningPods()).anyMatch(pod -> !pod.getSpec().getNodeName().equals(lost));
        cluster.node(lost).recover();
        cluster.time().resume();
    }
}
