package io.k8j.kubelet.pods;

import static io.k8j.kubelet.testing.TestNode.container;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.DeleteOptions;
import org.junit.jupiter.api.Test;

/** Pods that do not fit on their node, over a simulated runtime and a real API server. */
class AdmissionTest extends SimulatedNodeCase {
    private static final String PORT = "{'terminationGracePeriodSeconds':1,"
            + "'containers':[{'name':'c','image':'busybox:1','ports':[{'containerPort':80,'hostPort':21017}]}]}";

    private static String asks(String cpu, String more) {
        return "{%s'containers':[{'name':'c','image':'busybox:1','resources':{'requests':{'cpu':'%s'}}}]}"
                .formatted(more, cpu);
    }

    @Test
    void aPodThatDoesNotFitFailsAndSaysWhy() {
        node.create("p", asks("10k", ""));
        Pod pod = node.awaitPhase("p", "Failed");
        assertThat(pod.getStatus().getReason()).isEqualTo("OutOfcpu");
        assertThat(pod.getStatus().getMessage())
                .startsWith("Pod was rejected: Node didn't have enough resource: cpu, requested: 10000000, used: 0,");
        assertThat(pod.getStatus().getContainerStatuses())
                .as("nothing waits in it")
                .isEmpty();
        await().untilAsserted(() -> assertThat(node.events("p"))
                .anyMatch(event -> event.startsWith("OutOfcpu: Node didn't have enough resource: cpu,")));
        delete("p", DeleteOptions.DEFAULT);
    }

    @Test
    void aHostPortIsFreeOnceItsPodIsGone() {
        node.create("first", PORT);
        node.awaitPhase("first", "Running");
        node.create("second", PORT);
        assertThat(node.awaitPhase("second", "Failed").getStatus().getReason()).isEqualTo("NodePorts");
        delete("first", DeleteOptions.DEFAULT);
        node.create("third", PORT);
        node.awaitPhase("third", "Running");
    }

    @Test
    void afterARestartNobodyIsAskedAgainAndWhatWasRefusedStaysSo() throws Exception {
        node.create("runs", PORT);
        Pod before = node.awaitPhase("runs", "Running");
        node.create("refused", PORT);
        node.awaitPhase("refused", "Failed");
        node.stopKubelet();
        node.create("another", PORT);
        node.startKubelet();
        assertThat(node.awaitPhase("another", "Failed").getStatus().getReason()).isEqualTo("NodePorts");
        Pod after = node.find("runs").orElseThrow();
        assertThat(container(after, 0).getContainerID())
                .isEqualTo(container(before, 0).getContainerID());
        assertThat(after.getStatus().getPhase()).isEqualTo("Running");
        Pod refused = node.find("refused").orElseThrow();
        assertThat(refused.getStatus().getReason()).isEqualTo("NodePorts");
        assertThat(refused.getStatus().getContainerStatuses()).isEmpty();
    }

    @Test
    void aCriticalPodTakesTheRoomOfOthers() {
        int cpus = Runtime.getRuntime().availableProcessors();
        String most = cpus * 1000 - 100 + "m";
        node.create("usual", asks(most, "'terminationGracePeriodSeconds':1,"));
        node.awaitPhase("usual", "Running");
        node.create("critical", asks(most, "'priority':2000000000,"));
        node.awaitPhase("critical", "Running");
        Pod gone = node.awaitPhase("usual", "Failed");
        assertThat(gone.getStatus().getReason()).isEqualTo("Preempting");
        assertThat(gone.getStatus().getMessage()).isEqualTo("Preempted in order to admit critical pod");
        assertThat(gone.getStatus().getConditions())
                .filteredOn(condition -> condition.getType().equals("DisruptionTarget"))
                .singleElement()
                .satisfies(condition -> assertThat(condition.getReason() + ": " + condition.getMessage())
                        .isEqualTo(
                                "TerminationByKubelet: Pod was preempted by Kubelet to accommodate a critical pod."));
    }
}
