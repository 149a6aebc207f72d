package io.k8j.examples.fabric8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.k8j.junit.AdmissionAnswer;
import io.k8j.junit.K8j;
import io.k8j.junit.K8jCluster;
import io.k8j.junit.WebhookRule;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The operator against a real cluster in this JVM: one for all tests, which run at once, each in its own namespace. */
@K8j(crds = "classpath:site-crd.yaml")
class SiteOperatorTest {
    @K8j
    private K8jCluster cluster;

    @K8j
    private KubernetesClient client; // in the test's own namespace

    private SiteOperator operator;

    @BeforeEach
    void startOperator() {
        operator = SiteOperator.start(client, "one", client.getNamespace(), Sites.LEASE);
    }

    @AfterEach
    void stopOperator() {
        operator.close();
    }

    @Test
    void aSiteBecomesReadyWithItsDeployment() {
        Sites.createReady(client, 2);
        assertThat(Sites.runningPods(client)).hasSize(2);
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
        Sites.createReady(client, 1);
        client.configMaps()
                .withName("shop")
                .edit(page -> new ConfigMapBuilder(page)
                        .addToData("robots.txt", "somebody else's")
                        .build());
        client.resources(Site.class).withName("shop").edit(site -> {
            site.getSpec().setPage("hello");
            return site;
        });
        Resource<ConfigMap> page = client.configMaps().withName("shop");
        Sites.await(page, now -> now.getData().get("index.html").equals("hello"));
        assertThat(page.get().getData()).containsEntry("robots.txt", "somebody else's");
        assertThat(page.get().getMetadata().getManagedFields())
                .anyMatch(fields -> fields.getManager().equals("site-operator")
                        && fields.getOperation().equals("Apply"));
    }

    @Test
    void theDefinitionsRulesAreAsked() {
        assertThatThrownBy(
                        () -> client.resource(Site.of("shop", "shop.test", 6)).create())
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("more than 5 replicas need big");
        Sites.createReady(client, 1);
        assertThatThrownBy(() -> client.resources(Site.class)
                        .withName("shop")
                        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"host\":\"other.test\"}}"))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("a site keeps its host");
    }

    @Test
    void aDeletedSiteLeavesTheRegisterAndItsPartsGoWithIt() {
        Sites.createReady(client, 1);
        assertThat(client.configMaps().withName("shop.test").get()).isNotNull();
        client.resources(Site.class).withName("shop").delete();
        Sites.awaitGone(client.resources(Site.class).withName("shop"));
        assertThat(client.configMaps().withName("shop.test").get())
                .as("the finalizer's work is done before the site is gone")
                .isNull();
        Sites.awaitGone(client.apps().deployments().withName("shop"));
        Sites.awaitGone(client.configMaps().withName("shop"));
        client.pods()
                .withLabel("site", "shop")
                .informOnCondition(List::isEmpty)
                .orTimeout(Sites.LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
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

    @Test
    void anotherInstanceTakesOverWhenTheLeaderStops() {
        Resource<Lease> lead = client.leases().withName("site-operator");
        Sites.await(lead, lease -> "one".equals(lease.getSpec().getHolderIdentity()));
        try (SiteOperator second = SiteOperator.start(client, "two", client.getNamespace(), Sites.LEASE)) {
            assertThat(second.isLeading()).isFalse();
            operator.close();
            Sites.await(lead, lease -> "two".equals(lease.getSpec().getHolderIdentity()));
            Sites.createReady(client, 1);
        }
    }
}
