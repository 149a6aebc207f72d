package io.k8j.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.server.flags.SchedulerFlags;
import java.util.List;
import org.junit.jupiter.api.Test;

class SchedulerFlagsTest {
    @Test
    void takesAConfigurationFileAndNothingElse() {
        assertThat(SchedulerFlags.parse(List.of("--config=/etc/scheduler.yaml")).text("config"))
                .isEqualTo("/etc/scheduler.yaml");
        assertThatThrownBy(() -> SchedulerFlags.parse(List.of("leader-elect=true")))
                .hasMessage("--kube-scheduler-arg leader-elect=true: there is no flag 'leader-elect'");
    }
}
