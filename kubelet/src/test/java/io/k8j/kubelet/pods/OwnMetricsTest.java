package io.k8j.kubelet.pods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.k8j.kubelet.pods.images.StartClock;
import io.k8j.kubelet.runtime.SimulatedRuntime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a node agent counts of its Pods. */
class OwnMetricsTest extends SimulatedNodeCase {
    private String page() {
        StringBuilder page = new StringBuilder();
        node.kubelet().pods().writeMetrics(page);
        return page.toString();
    }

    private void awaitLines(String... lines) {
        await().untilAsserted(() -> assertThat(page().lines()).contains(lines));
    }

    @Test
    void theStartOfAPodIsMeasuredOnceEverybodySeesIt() {
        node.create("p", "{'containers':[{'name':'a','image':'i'},{'name':'b','image':'i'}]}");
        node.awaitPhase("p", "Running");
        awaitLines(
                "kubelet_pod_start_sli_duration_seconds_count 1",
                "kubelet_pod_start_total_duration_seconds_count 1",
                "kubelet_pod_start_duration_seconds_count 1",
                "kubelet_pod_worker_start_duration_seconds_count 1",
                "kubelet_containers_per_pod_count_bucket{le=\"1\"} 0",
                "kubelet_containers_per_pod_count_bucket{le=\"2\"} 1",
                "kubelet_pod_worker_duration_seconds_count{operation_type=\"create\"} 1",
                "kubelet_started_pods_total 1",
                "kubelet_started_pods_errors_total 0",
                "kubelet_started_containers_total{container_type=\"container\"} 2",
                "kubelet_run_podsandbox_duration_seconds_count{runtime_handler=\"\"} 1",
                "kubelet_running_pods 1",
                "kubelet_running_containers{container_state=\"running\"} 2",
                "kubelet_desired_pods{static=\"\"} 1",
                "kubelet_desired_pods{static=\"true\"} 0",
                "kubelet_active_pods{static=\"\"} 1",
                "kubelet_mirror_pods 0",
                "kubelet_working_pods{config=\"desired\",lifecycle=\"sync\",static=\"\"} 1",
                "kubelet_working_pods{config=\"runtime_only\",lifecycle=\"sync\",static=\"unknown\"} 0");
        assertThat(page()).contains("# TYPE kubelet_pod_status_sync_duration_seconds histogram");
    }

    @Test
    void aPodWithAVolumeOfItsOwnKindHasNoPartInTheObjective() {
        node.create(
                "p", "{'containers':[{'name':'a','image':'i'}],'volumes':[{'name':'v','hostPath':{'path':'/tmp'}}]}");
        node.awaitPhase("p", "Running");
        awaitLines("kubelet_pod_start_total_duration_seconds_count 1");
        assertThat(page()).doesNotContain("kubelet_pod_start_sli_duration_seconds_count");
    }

    @Test
    void endsAreCountedByTheirCodesAndReasons() {
        node.create(
                "p",
                Map.of(SimulatedRuntime.EXIT_AFTER, "20", SimulatedRuntime.EXIT_CODE, "3"),
                "{'restartPolicy':'Never','containers':[{'name':'a','image':'i'}]}");
        node.awaitPhase("p", "Failed");
        awaitLines(
                "kubelet_terminated_containers_total{container_type=\"container\",exit_code=\"3\",reason=\"Error\"} 1",
                "kubelet_working_pods{config=\"desired\",lifecycle=\"terminated\",static=\"\"} 1",
                "kubelet_active_pods{static=\"\"} 0");
    }

    @Test
    void aRefusedPodIsCountedByItsReason() {
        node.create("p", "{'containers':[{'name':'a','image':'i','resources':{'requests':{'cpu':'100000'}}}]}");
        node.awaitPhase("p", "Failed");
        awaitLines("kubelet_admission_rejections_total{reason=\"OutOfcpu\"} 1");
    }

    @Test
    void pullsThatOverlapCountOnce() {
        assertThat(StartClock.sum(List.of())).isZero();
        assertThat(StartClock.sum(List.of(
                        new StartClock.Span(10, 20),
                        new StartClock.Span(15, 18),
                        new StartClock.Span(18, 25),
                        new StartClock.Span(30, 31))))
                .isEqualTo(16);
    }
}
