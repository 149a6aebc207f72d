package io.k8j.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.server.flags.SchedulerFlags;
import java.util.List;
import org.junit.jupiter.api.Test;

class SchedulerFlagsTest {
    @Test
    void takesAConfigurationFileAndFewOthers() {
        assertThat(SchedulerFlags.parse(List.of("feature-gates=SchedulerPopFromBackoffQ=false"))
                        .map("feature-gates"))
                .containsExactly(java.util.Map.entry("SchedulerPopFromBackoffQ", "false"));
        assertThat(SchedulerFlags.parse(List.of("pod-max-in-unschedulable-pods-duration=90s"))
                        .duration("pod-max-in-unschedulable-pods-duration", java.time.Duration.ZERO))
                .hasSeconds(90);
        assertThat(SchedulerFlags.parse(List.of("--config=/etc/scheduler.yaml")).text("config"))
                .isEqualTo("/etc/scheduler.yaml");
        assertThatThrownBy(() -> SchedulerFlags.parse(List.of("leader-elect=true")))
                .hasMessage("--kube-scheduler-arg leader-elect=true: there is no flag 'leader-elect'");
    }
}
