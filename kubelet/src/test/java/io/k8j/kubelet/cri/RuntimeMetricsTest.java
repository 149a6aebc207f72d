package io.k8j.kubelet.cri;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuntimeMetricsTest {
    private final RuntimeMetrics metrics = new RuntimeMetrics();

    private String text() {
        StringBuilder text = new StringBuilder();
        metrics.write(text);
        return text.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "RunPodSandbox, run_podsandbox",
        "ListPodSandbox, list_podsandbox",
        "CreateContainer, create_container",
        "ContainerStatus, container_status",
        "ExecSync, exec_sync",
        "UpdateContainerResources, update_container",
        "PullImage, pull_image",
        "Version, version"
    })
    void callsHaveUpstreamsNames(String method, String type) {
        metrics.called("runtime.v1.RuntimeService/" + method, true, 1);
        assertThat(text()).contains("kubelet_runtime_operations_total{operation_type=\"" + type + "\"} 1");
    }

    @Test
    void failuresAreCountedBesides() {
        metrics.called("runtime.v1.RuntimeService/Status", true, 1_000_000);
        assertThat(text()).doesNotContain("errors_total{");
        metrics.called("runtime.v1.RuntimeService/Status", false, 1_000_000);
        assertThat(text())
                .contains("kubelet_runtime_operations_errors_total{operation_type=\"status\"} 1")
                .contains("kubelet_runtime_operations_duration_seconds_count{operation_type=\"status\"} 2");
    }
}
