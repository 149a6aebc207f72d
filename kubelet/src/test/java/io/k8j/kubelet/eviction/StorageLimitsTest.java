package io.k8j.kubelet.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StorageLimitsTest {
    private static final long MI = 1 << 20;

    /** Two containers; an empty limit is none. */
    private static Pod pod(String firstLimit, String secondLimit, String emptyDirLimit) {
        return new PodBuilder()
                .withNewSpec()
                .addNewContainer()
                .withName("one")
                .withNewResources()
                .withLimits(limit(firstLimit))
                .endResources()
                .endContainer()
                .addNewContainer()
                .withName("two")
                .withNewResources()
                .withLimits(limit(secondLimit))
                .endResources()
                .endContainer()
                .addNewVolume()
                .withName("scratch")
                .withNewEmptyDir()
                .withSizeLimit(emptyDirLimit.isEmpty() ? null : new Quantity(emptyDirLimit))
                .endEmptyDir()
                .endVolume()
                .endSpec()
                .build();
    }

    private static Map<String, Quantity> limit(String text) {
        return text.isEmpty() ? null : Map.of("ephemeral-storage", new Quantity(text));
    }

    private static PodUse use(long rootfs, long logs, long volume) {
        return new PodUse(
                Map.of(),
                Map.of("one", rootfs * MI),
                Map.of("one", logs * MI),
                Map.of("scratch", volume * MI),
                Map.of("scratch", volume * MI),
                0);
    }

    @Test
    void withoutLimitsNothingIsMeasured() {
        assertThat(StorageLimits.apply(pod("", "", ""))).isFalse();
        assertThat(StorageLimits.apply(pod("", "1Mi", ""))).isTrue();
        assertThat(StorageLimits.apply(pod("", "", "1Mi"))).isTrue();
        assertThat(StorageLimits.exceeded(pod("", "", ""), use(900, 900, 900))).isEmpty();
    }

    @Test
    void anEmptyDirMayNotOutgrowItsLimit() {
        assertThat(StorageLimits.exceeded(pod("", "", "10Mi"), use(900, 0, 10))).isEmpty();
        assertThat(StorageLimits.exceeded(pod("", "", "10Mi"), use(0, 0, 11)))
                .contains(new StorageLimits.Excess(
                        "emptydirfs.limit", "Usage of EmptyDir volume \"scratch\" exceeds the limit \"10Mi\". "));
    }

    @Test
    void layersLogsAndVolumesCountAgainstTheSumOfTheContainersLimits() {
        assertThat(StorageLimits.exceeded(pod("10Mi", "10Mi", ""), use(5, 5, 10)))
                .isEmpty();
        assertThat(StorageLimits.exceeded(pod("10Mi", "10Mi", ""), use(5, 5, 11)))
                .contains(new StorageLimits.Excess(
                        "ephemeralpodfs.limit",
                        "Pod ephemeral local storage usage exceeds the total limit of containers 20Mi. "));
    }

    @Test
    void aContainersLayerAndLogsCountAgainstItsOwnLimit() {
        assertThat(StorageLimits.exceeded(pod("10Mi", "50Mi", ""), use(5, 6, 0)))
                .contains(new StorageLimits.Excess(
                        "ephemeralcontainerfs.limit",
                        "Container one exceeded its local ephemeral storage limit \"10Mi\". "));
        assertThat(StorageLimits.exceeded(pod("10Mi", "50Mi", ""), use(5, 5, 20)))
                .isEmpty();
    }
}
