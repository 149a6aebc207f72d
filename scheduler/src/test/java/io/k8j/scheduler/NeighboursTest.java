package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.k8j.client.ListOptions;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NeighboursTest {
    private static final String ZONE = "topology.kubernetes.io/zone";
    private static final String HOST = "kubernetes.io/hostname";
    private static final LabelSelector WEB =
            new LabelSelectorBuilder().addToMatchLabels("app", "web").build();

    private final TestCluster cluster = new TestCluster();

    @BeforeEach
    void startWithSixNodesInThreeZones() {
        for (int i = 0; i < 6; i++) {
            String zone = "z" + i % 3;
            cluster.node(
                    "n" + i,
                    8,
                    16,
                    n -> n.editMetadata().addToLabels(ZONE, zone).endMetadata());
        }
        cluster.start();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static PodBuilder web(String name) {
        return new PodBuilder(TestCluster.pod(name, "100m").build())
                .editMetadata()
                .addToLabels("app", "web")
                .endMetadata();
    }

    private static PodBuilder near(PodBuilder pod, LabelSelector selector, String key) {
        return new PodBuilder(pod.build())
                .editSpec()
                .withNewAffinity()
                .withNewPodAffinity()
                .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                .withLabelSelector(selector)
                .withTopologyKey(key)
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endPodAffinity()
                .endAffinity()
                .endSpec();
    }

    private static PodBuilder apart(PodBuilder pod, LabelSelector selector, String key) {
        return new PodBuilder(pod.build())
                .editSpec()
                .withNewAffinity()
                .withNewPodAntiAffinity()
                .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                .withLabelSelector(selector)
                .withTopologyKey(key)
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endPodAntiAffinity()
                .endAffinity()
                .endSpec();
    }

    private static PodBuilder spread(PodBuilder pod, int skew, String key, UnaryOperator<String> when) {
        return new PodBuilder(pod.build())
                .editSpec()
                .addNewTopologySpreadConstraint()
                .withMaxSkew(skew)
                .withTopologyKey(key)
                .withWhenUnsatisfiable(when.apply("DoNotSchedule"))
                .withLabelSelector(WEB)
                .endTopologySpreadConstraint()
                .endSpec();
    }

    private String zoneOf(String pod) {
        int number = Integer.parseInt(cluster.nodeOf(pod).substring(1));
        return "z" + number % 3;
    }

    @Test
    void putsPodsThatWantEachOtherIntoOneZone() {
        for (int i = 0; i < 10; i++) {
            cluster.create(near(web("p" + i), WEB, ZONE));
            zoneOf("p" + i);
        }
        assertThat(cluster.pods().list(ListOptions.ALL).stream()
                        .map(p -> zoneOf(p.getMetadata().getName()))
                        .distinct())
                .hasSize(1);
    }

    @Test
    void refusesAPodWhoseFriendsAreNowhere() {
        cluster.create(near(TestCluster.pod("p", "1"), WEB, ZONE));
        assertThat(cluster.refusal("p").getMessage())
                .startsWith("0/6 nodes are available: 6 node(s) didn't match pod affinity rules.");

        cluster.create(web("friend"));
        assertThat(zoneOf("p")).isEqualTo(zoneOf("friend"));
    }

    @Test
    void keepsEnemiesApartInBothDirections() {
        for (int i = 0; i < 3; i++) {
            cluster.create(apart(web("p" + i), WEB, ZONE));
            zoneOf("p" + i);
        }
        cluster.create(web("plain"));
        assertThat(cluster.refusal("plain").getMessage())
                .startsWith("0/6 nodes are available: 6 node(s) didn't satisfy existing pods anti-affinity rules.");
        cluster.create(apart(TestCluster.pod("enemy", "1"), WEB, ZONE));
        assertThat(cluster.refusal("enemy").getMessage())
                .startsWith("0/6 nodes are available: 6 node(s) didn't match pod anti-affinity rules.");
    }

    @Test
    void looksIntoTheNamespacesThatASelectorNames() {
        cluster.client
                .resources(Namespace.class)
                .create(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("other")
                        .addToLabels("team", "a")
                        .endMetadata()
                        .build());
        cluster.create(new PodBuilder(web("there").build())
                .editMetadata()
                .withNamespace("other")
                .endMetadata());
        PodBuilder here = near(TestCluster.pod("here", "1"), WEB, HOST);
        here.editSpec()
                .editAffinity()
                .editPodAffinity()
                .editFirstRequiredDuringSchedulingIgnoredDuringExecution()
                .withNewNamespaceSelector()
                .addToMatchLabels("team", "a")
                .endNamespaceSelector()
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endPodAffinity()
                .endAffinity()
                .endSpec();
        cluster.create(here);
        String node = cluster.nodeOf("here");
        assertThat(cluster.pods()
                        .get(new io.k8j.client.ObjectKey("other", "there"))
                        .getSpec()
                        .getNodeName())
                .isEqualTo(node);
    }

    @Test
    void spreadsOverZonesWithinTheSkew() {
        for (int i = 0; i < 9; i++) {
            cluster.create(spread(web("p" + i), 1, ZONE, w -> w));
            cluster.nodeOf("p" + i);
        }
        Map<String, Long> perZone = cluster.pods().list(ListOptions.ALL).stream()
                .collect(Collectors.groupingBy(p -> zoneOf(p.getMetadata().getName()), Collectors.counting()));
        assertThat(perZone).isEqualTo(Map.of("z0", 3L, "z1", 3L, "z2", 3L));
    }

    @Test
    void saysWhenNoNodeHasTheLabel() {
        cluster.create(spread(web("p"), 1, "rack", w -> w));
        assertThat(cluster.refusal("p").getMessage())
                .startsWith("0/6 nodes are available: 6 node(s) didn't match pod topology spread constraints "
                        + "(missing required label).");
    }

    @Test
    void prefersEmptyDomainsForSoftConstraints() {
        for (int i = 0; i < 6; i++) {
            cluster.create(spread(web("p" + i), 1, HOST, w -> "ScheduleAnyway"));
            cluster.nodeOf("p" + i);
        }
        assertThat(cluster.pods().list(ListOptions.ALL).stream()
                        .map(p -> p.getSpec().getNodeName())
                        .distinct())
                .hasSize(6);
    }
}
