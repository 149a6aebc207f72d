package io.k8j.kubelet.pods;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PodNewsTest {
    record Case(String name, UnaryOperator<PodBuilder> change, boolean news) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("nothing", pod -> pod, false),
                new Case(
                        "a resource version",
                        pod -> pod.editMetadata().withResourceVersion("2").endMetadata(),
                        false),
                new Case(
                        "our own condition",
                        pod -> pod.editStatus()
                                .addNewCondition()
                                .withType("Ready")
                                .withStatus("True")
                                .endCondition()
                                .endStatus(),
                        false),
                new Case(
                        "a state of a container",
                        pod -> pod.editStatus()
                                .addNewContainerStatus()
                                .withName("c")
                                .withReady(true)
                                .endContainerStatus()
                                .endStatus(),
                        false),
                new Case(
                        "somebody's condition",
                        pod -> pod.editStatus()
                                .addNewCondition()
                                .withType("example.com/gate")
                                .withStatus("True")
                                .endCondition()
                                .endStatus(),
                        true),
                new Case("a phase", pod -> pod.editStatus().withPhase("Failed").endStatus(), true),
                new Case(
                        "a label",
                        pod -> pod.editMetadata().addToLabels("a", "b").endMetadata(),
                        true),
                new Case(
                        "an annotation",
                        pod -> pod.editMetadata().addToAnnotations("a", "b").endMetadata(),
                        true),
                new Case(
                        "the wish to delete it",
                        pod -> pod.editMetadata()
                                .withDeletionTimestamp("2026-01-01T00:00:00Z")
                                .endMetadata(),
                        true),
                new Case(
                        "less time to end",
                        pod -> pod.editMetadata()
                                .withDeletionGracePeriodSeconds(1L)
                                .endMetadata(),
                        true),
                new Case(
                        "an ephemeral container",
                        pod -> pod.editSpec()
                                .addNewEphemeralContainer()
                                .withName("e")
                                .endEphemeralContainer()
                                .endSpec(),
                        true));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void onlyWhatTheWorkerDoesNotKnowIsNews(Case c) {
        Pod before = new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .withResourceVersion("1")
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .endStatus()
                .build();
        Pod now = c.change().apply(new PodBuilder(before)).build();
        assertThat(PodNews.isIn(before, now)).isEqualTo(c.news());
    }
}
