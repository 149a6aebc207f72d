package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherDiscoveryListener;

class EarlyStartTest {
    private static class Plain {
        @SuppressWarnings("unused")
        private KubernetesClient client;
    }

    @K8j(crds = "classpath:some-crd.yaml")
    private static class WithDefinitions {}

    private static class WithClient {
        @K8j
        @SuppressWarnings("unused")
        private KubernetesClient client;
    }

    @Test
    void classesWithoutAClusterNeedNothing() {
        assertThat(EarlyStart.wanted(Plain.class)).isEmpty();
    }

    @Test
    void expressionsAreForCustomResources() {
        assertThat(EarlyStart.wanted(WithDefinitions.class)).contains(new EarlyStart.Wanted(true, false));
    }

    @Test
    void aFieldIsEnoughAndTellsOfTheClient() {
        assertThat(EarlyStart.wanted(WithClient.class)).contains(new EarlyStart.Wanted(false, true));
    }

    @Test
    void jUnitFindsTheListenerByItself() {
        assertThat(ServiceLoader.load(LauncherDiscoveryListener.class)).anyMatch(EarlyStart.class::isInstance);
    }
}
