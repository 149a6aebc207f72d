package io.k8j.controllers.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RollingUpdateTest {
    private static Deployment deployment(int replicas, Object surge, Object unavailable) {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName("d")
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withNewStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxSurge(new IntOrString(surge))
                .withMaxUnavailable(new IntOrString(unavailable))
                .endRollingUpdate()
                .endStrategy()
                .endSpec()
                .build();
    }

    private static ReplicaSet set(String name, int replicas, int available, int sizedFor, int max) {
        return new ReplicaSetBuilder()
                .withNewMetadata()
                .withName(name)
                .withCreationTimestamp("2026-01-01T00:00:0" + name.charAt(name.length() - 1) + "Z")
                .addToAnnotations(Revisions.DESIRED, Integer.toString(sizedFor))
                .addToAnnotations(Revisions.MAX, Integer.toString(max))
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .endSpec()
                .withNewStatus()
                .withReplicas(replicas)
                .withAvailableReplicas(available)
                .endStatus()
                .build();
    }

    record Step(
            String name,
            int replicas,
            Object surge,
            Object unavailable,
            int fresh,
            int freshAvailable,
            int old,
            int oldAvailable,
            Map<String, Integer> expected) {}

    static Stream<Step> steps() {
        return Stream.of(
                new Step("first the surge is used", 4, "25%", "25%", 0, 0, 4, 4, Map.of("new2", 1)),
                new Step("then as many go as may be missing", 4, "25%", "25%", 1, 0, 4, 4, Map.of("old1", 3)),
                new Step("a freed place is taken", 4, "25%", "25%", 1, 0, 3, 3, Map.of("new2", 2)),
                new Step("nothing moves while too few are available", 4, "25%", "25%", 2, 0, 3, 3, Map.of()),
                new Step("without surge one goes first", 3, 0, 1, 0, 0, 3, 3, Map.of("old1", 2)),
                new Step("zero and zero still moves", 3, 0, 0, 0, 0, 3, 3, Map.of("old1", 2)),
                new Step("old Pods that serve nobody go at once", 3, 1, 0, 1, 0, 3, 1, Map.of()),
                new Step("the rest goes when all new ones are there", 3, 1, 0, 3, 3, 1, 1, Map.of("old1", 0)),
                new Step("a new set that is too large shrinks", 3, 1, 1, 5, 5, 0, 0, Map.of("new2", 3)));
    }

    @ParameterizedTest
    @MethodSource("steps")
    void takesTheNextStep(Step step) {
        Map<ReplicaSet, Integer> sizes = RollingUpdate.step(
                deployment(step.replicas, step.surge, step.unavailable),
                set("new2", step.fresh, step.freshAvailable, step.replicas, step.replicas),
                List.of(set("old1", step.old, step.oldAvailable, step.replicas, step.replicas)));
        assertThat(names(sizes)).as(step.name).isEqualTo(step.expected);
    }

    record Scale(String name, int replicas, List<ReplicaSet> old, ReplicaSet fresh, Map<String, Integer> expected) {}

    static Stream<Scale> scales() {
        return Stream.of(
                new Scale("a single active set takes all", 7, List.of(), set("new2", 5, 5, 5, 7), Map.of("new2", 7)),
                new Scale(
                        "growth is shared in proportion",
                        20,
                        List.of(set("old1", 8, 8, 10, 13)),
                        set("new2", 5, 0, 10, 13),
                        Map.of("old1", 14, "new2", 9)),
                new Scale(
                        "shrinking is shared in proportion",
                        5,
                        List.of(set("old1", 8, 8, 10, 13)),
                        set("new2", 5, 0, 10, 13),
                        Map.of("old1", 5, "new2", 3)));
    }

    @ParameterizedTest
    @MethodSource("scales")
    void scalesInProportion(Scale scale) {
        Map<ReplicaSet, Integer> sizes =
                Scaling.sizes(deployment(scale.replicas, 3, 2), Optional.of(scale.fresh), scale.old);
        assertThat(names(sizes)).as(scale.name).isEqualTo(scale.expected);
    }

    private static Map<String, Integer> names(Map<ReplicaSet, Integer> sizes) {
        Map<String, Integer> names = new LinkedHashMap<>();
        sizes.forEach((set, size) -> names.put(set.getMetadata().getName(), size));
        return names;
    }
}
