package io.k8j.kubelet.pods;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceFieldSelectorBuilder;
import io.k8j.kubelet.pods.config.Cgroups;
import io.k8j.kubelet.pods.config.Expansion;
import io.k8j.kubelet.pods.images.CrashBackoff;
import io.k8j.kubelet.pods.spec.Fields;
import io.k8j.kubelet.pods.spec.OomScore;
import io.k8j.kubelet.pods.spec.QosClass;
import io.k8j.kubelet.pods.status.StatusWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Expansion, back-off, cgroup values, downward API and the difference of statuses. */
class SmallPartsTest {
    @Test
    void knownNamesAreReplacedAndOthersStay() {
        Map<String, String> env = Map.of("A", "1", "B", "two");
        assertThat(Expansion.expand("$(A)-$(B)", env)).isEqualTo("1-two");
        assertThat(Expansion.expand("$(C) $A $", env)).isEqualTo("$(C) $A $");
        assertThat(Expansion.expand("$$(A) $$$(A)", env)).isEqualTo("$(A) $1");
        assertThat(Expansion.expand("$(A", env)).isEqualTo("$(A");
    }

    @Test
    void pausesDoubleUpToFiveMinutesAndAreForgottenAfterTen() {
        CrashBackoff backoff = new CrashBackoff();
        Instant at = Instant.parse("2026-01-01T00:00:00Z");
        assertThat(backoff.remaining("c", at, at, 0)).isZero();
        Duration[] expected = {
            Duration.ofSeconds(10),
            Duration.ofSeconds(20),
            Duration.ofSeconds(40),
            Duration.ofSeconds(80),
            Duration.ofSeconds(160),
            Duration.ofSeconds(300),
            Duration.ofSeconds(300)
        };
        for (Duration pause : expected) {
            backoff.next("c", at);
            assertThat(backoff.remaining("c", at, at, 0)).isEqualTo(pause);
            at = at.plus(pause);
        }
        Instant later = at.plus(Duration.ofMinutes(11));
        assertThat(backoff.remaining("c", later, later, 0)).isZero();
        backoff.next("c", later);
        assertThat(backoff.pause("c")).isEqualTo(Duration.ofSeconds(10));
        assertThat(CrashBackoff.text(Duration.ofSeconds(80))).isEqualTo("1m20s");
        assertThat(CrashBackoff.text(Duration.ofSeconds(300))).isEqualTo("5m0s");
    }

    @Test
    void aClockThatJumpsChangesNoPause() {
        CrashBackoff backoff = new CrashBackoff();
        Instant end = Instant.parse("2026-01-01T00:00:00Z");
        long second = 1_000_000_000L;
        backoff.next("c", end);
        assertThat(backoff.remaining("c", end, end.plusSeconds(4), 0)).isEqualTo(Duration.ofSeconds(6));
        assertThat(backoff.remaining("c", end, end.minusSeconds(3600), 2 * second))
                .isEqualTo(Duration.ofSeconds(4));
        assertThat(backoff.remaining("c", end, end.plusSeconds(3600), 3 * second))
                .isEqualTo(Duration.ofSeconds(3));
        assertThat(backoff.remaining("c", end, end.minusSeconds(3600), 6 * second))
                .isZero();
        // An end that seems to lie in the future has only just come.
        Instant future = end.plusSeconds(300);
        assertThat(backoff.remaining("c", future, end, 7 * second)).isEqualTo(Duration.ofSeconds(10));
        assertThat(backoff.remaining("c", future, end, 17 * second)).isZero();
    }

    private static Pod pod(Container container) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .withNamespace("n")
                .withUid("u")
                .withLabels(new LinkedHashMap<>(Map.of("b", "2", "a", "x\"y")))
                .endMetadata()
                .withNewSpec()
                .withContainers(container)
                .endSpec()
                .build();
    }

    private static Container container(Map<String, Quantity> requests, Map<String, Quantity> limits) {
        return new ContainerBuilder()
                .withName("c")
                .withNewResources()
                .withRequests(requests)
                .withLimits(limits)
                .endResources()
                .build();
    }

    @Test
    void classesAndCgroupValuesAreUpstreams() {
        Container none = container(Map.of(), Map.of());
        assertThat(QosClass.of(pod(none))).isEqualTo(QosClass.BEST_EFFORT);
        assertThat(OomScore.of(pod(none), none, 1 << 30)).isEqualTo(1000);
        Map<String, Quantity> amounts = Map.of("cpu", new Quantity("500m"), "memory", new Quantity("256Mi"));
        Container same = container(amounts, amounts);
        assertThat(QosClass.of(pod(same))).isEqualTo(QosClass.GUARANTEED);
        assertThat(OomScore.of(pod(same), same, 1 << 30)).isEqualTo(-997);
        assertThat(Cgroups.of(pod(same), same, 1 << 30).getCpuShares()).isEqualTo(512);
        assertThat(Cgroups.of(pod(same), same, 1 << 30).getCpuQuota()).isEqualTo(50_000);
        Container some = container(amounts, Map.of());
        assertThat(QosClass.of(pod(some))).isEqualTo(QosClass.BURSTABLE);
        assertThat(OomScore.of(pod(some), some, 1 << 30)).isEqualTo(750);
        assertThat(Cgroups.parentOf(pod(some), "/")).isEqualTo("/kubepods/burstable/podu");
    }

    @Test
    void theDownwardApiShowsFieldsAndResources() {
        Container container = container(Map.of("cpu", new Quantity("250m")), Map.of());
        Fields fields = new Fields(
                pod(container), List.of("10.0.0.2"), List.of("10.0.0.1"), Map.of("memory", new Quantity("2Gi")));
        assertThat(fields.field("metadata.labels")).isEqualTo("a=\"x\\\"y\"\nb=\"2\"");
        assertThat(fields.field("metadata.labels['b']")).isEqualTo("2");
        assertThat(fields.field("status.podIP")).isEqualTo("10.0.0.2");
        var cpu = new ResourceFieldSelectorBuilder()
                .withResource("requests.cpu")
                .withDivisor(new Quantity("1m"))
                .build();
        assertThat(fields.resource(cpu, "c")).isEqualTo("250");
        var memory =
                new ResourceFieldSelectorBuilder().withResource("limits.memory").build();
        assertThat(fields.resource(memory, "c")).isEqualTo("2147483648");
    }

    @Test
    void whatAConditionNoLongerSaysIsTakenBack() {
        Map<String, Object> before =
                Map.of("conditions", List.of(Map.of("type", "Ready", "status", "False", "reason", "x")));
        Map<String, Object> now = Map.of("conditions", List.of(Map.of("type", "Ready", "status", "True")));
        Map<String, Object> condition = new LinkedHashMap<>(Map.of("type", "Ready", "status", "True"));
        condition.put("reason", null);
        assertThat(StatusWriter.changes(before, now)).isEqualTo(Map.of("conditions", List.of(condition)));
    }

    @Test
    void onlyWhatHasChangedIsWritten() {
        Map<String, Object> ready = Map.of("type", "Ready", "status", "True");
        Map<String, Object> foreign = Map.of("type", "Foreign", "status", "True");
        Map<String, Object> before =
                Map.of("phase", "Pending", "podIP", "1.1.1.1", "conditions", List.of(foreign), "reason", "x");
        Map<String, Object> now = Map.of("phase", "Running", "podIP", "1.1.1.1", "conditions", List.of(ready, foreign));
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("phase", "Running");
        expected.put("conditions", List.of(ready));
        expected.put("reason", null);
        assertThat(StatusWriter.changes(before, now)).isEqualTo(expected);
        assertThat(StatusWriter.changes(now, now)).isEmpty();
        assertThat(StatusWriter.changes(
                        Map.of("extendedResourceClaimStatus", Map.of("resourceClaimName", "x")), Map.of()))
                .as("what the scheduler has written stays")
                .isEmpty();
        assertThat(StatusWriter.changes(Map.of(), Map.of("podIPs", List.of(Map.of("ip", "1")))))
                .isEqualTo(Map.of("podIPs", List.of(Map.of("ip", "1"), Map.of("$patch", "replace"))));
    }
}
