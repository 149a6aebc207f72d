package io.k8j.controllers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ControllersConfigTest {
    private static boolean runs(String name, String... given) {
        ControllersConfig usual = ControllersConfig.DEFAULTS;
        return new ControllersConfig(
                        List.of(given),
                        usual.clusterCidrs(),
                        usual.nodeCidrMaskIpv4(),
                        usual.nodeCidrMaskIpv6(),
                        usual.rootCa(),
                        usual.signingCertificate(),
                        usual.signingKey(),
                        usual.signingDuration(),
                        usual.nodeMonitorPeriod(),
                        usual.nodeMonitorGracePeriod(),
                        usual.terminatedPodThreshold(),
                        usual.resourceQuotaSyncPeriod(),
                        usual.autoscaler(),
                        usual.gates(),
                        usual.localPathRoot())
                .isEnabled(name, true);
    }

    @Test
    void everyControllerHereHasANameThatUpstreamKnows() {
        assertThat(ControllerNames.all()).containsAll(ControllerManager.names());
    }

    @Test
    void controllersAreTurnedOnAndOffAsWithUpstream() {
        assertThat(runs("job-controller", "*")).isTrue();
        assertThat(runs("job-controller", "*", "-job-controller")).isFalse();
        assertThat(runs("job-controller", "*", "-job")).as("an older name").isFalse();
        assertThat(runs("job-controller", "cronjob")).isFalse();
        assertThat(runs("cronjob-controller", "cronjob")).isTrue();
        assertThat(runs("job-controller", "job", "-job")).as("the first counts").isTrue();
    }

    @Test
    void anUnknownNameIsRefused() {
        assertThatThrownBy(() -> runs("job-controller", "*", "-jobs"))
                .hasMessage("\"jobs\" is not in the list of known controllers");
    }
}
