package io.k8j.controllers.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.ScopedResourceSelectorRequirement;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class UsageTest {
    @Test
    void aPodThatShouldLongBeGoneDoesNotCount() {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .withDeletionTimestamp("2026-01-01T00:00:30Z")
                .withDeletionGracePeriodSeconds(30L)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("c")
                .endContainer()
                .endSpec()
                .build();
        assertThat(PodUsage.of(pod, Instant.parse("2026-01-01T00:01:00Z"))).containsKeys("pods", "count/pods");
        assertThat(PodUsage.of(pod, Instant.parse("2026-01-01T00:01:01Z"))).containsOnlyKeys("count/pods");
    }

    private static ResourceQuota quota(String operator, String... classes) {
        return new ResourceQuotaBuilder()
                .withNewSpec()
                .withNewScopeSelector()
                .addToMatchExpressions(
                        new ScopedResourceSelectorRequirement(operator, "VolumeAttributesClass", List.of(classes)))
                .endScopeSelector()
                .endSpec()
                .build();
    }

    @Test
    void aClaimIsInTheScopesOfAllItsAttributesClasses() {
        PersistentVolumeClaim claim = new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName("c")
                .endMetadata()
                .withNewSpec()
                .withVolumeAttributesClassName("gold")
                .withNewResources()
                .addToRequests("storage", new Quantity("1Gi"))
                .endResources()
                .endSpec()
                .withNewStatus()
                .withCurrentVolumeAttributesClassName("silver")
                .addToAllocatedResources("storage", new Quantity("2Gi"))
                .endStatus()
                .build();
        assertThat(ClaimUsage.isInScope(quota("In", "silver"), claim)).isTrue();
        assertThat(ClaimUsage.isInScope(quota("In", "gold"), claim)).isTrue();
        assertThat(ClaimUsage.isInScope(quota("In", "bronze"), claim)).isFalse();
        assertThat(ClaimUsage.isInScope(quota("DoesNotExist"), claim)).isFalse();
        assertThat(ClaimUsage.of(claim).get("requests.storage"))
                .as("what is set aside")
                .hasToString("2Gi");
    }
}
