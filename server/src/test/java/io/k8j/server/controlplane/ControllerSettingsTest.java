package io.k8j.server.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.controllers.podautoscaler.AutoscalerSettings;
import io.k8j.server.flags.ControllerManagerFlags;
import io.k8j.server.flags.FlagValues;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ControllerSettingsTest {
    private static AutoscalerSettings autoscaler(String... arguments) {
        return ControllerSettings.autoscaler(ControllerManagerFlags.parse(List.of(arguments)));
    }

    @Test
    void theAutoscalersDefaultsAreUpstreams() {
        assertThat(ControllerSettings.autoscaler(FlagValues.NONE))
                .isEqualTo(new AutoscalerSettings(
                        Duration.ofSeconds(15),
                        Duration.ofMinutes(5),
                        0.1,
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(30),
                        5));
    }

    @Test
    void eachFlagOfTheAutoscalerCounts() {
        assertThat(autoscaler(
                        "horizontal-pod-autoscaler-sync-period=1s",
                        "horizontal-pod-autoscaler-downscale-stabilization=2m",
                        "horizontal-pod-autoscaler-tolerance=0.2",
                        "horizontal-pod-autoscaler-cpu-initialization-period=3m",
                        "horizontal-pod-autoscaler-initial-readiness-delay=4s",
                        "concurrent-horizontal-pod-autoscaler-syncs=6"))
                .isEqualTo(new AutoscalerSettings(
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(2),
                        0.2,
                        Duration.ofMinutes(3),
                        Duration.ofSeconds(4),
                        6));
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> ControllerManagerFlags.parse(List.of("profiling=false")))
                .hasMessage("--kube-controller-manager-arg profiling=false: there is no flag 'profiling'");
        assertThatThrownBy(() -> autoscaler("horizontal-pod-autoscaler-sync-period=0s"))
                .hasMessage("syncPeriod: PT0S must be positive");
        assertThatThrownBy(() -> autoscaler("horizontal-pod-autoscaler-tolerance=much"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> autoscaler("horizontal-pod-autoscaler-tolerance=-1"))
                .hasMessage("tolerance: -1.0 must not be negative");
    }
}
