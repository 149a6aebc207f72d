package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.k8j.client.Client;
import io.k8j.client.ListOptions;
import io.k8j.model.api.ApiException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Tests that run at the same time with one cluster. */
class ParallelTestsTest {
    private static final CountDownLatch OTHER_RUNS = new CountDownLatch(1);
    private static final CountDownLatch TROUBLE = new CountDownLatch(1);

    @K8j(nodes = 0)
    @Execution(ExecutionMode.CONCURRENT)
    static class Two {
        @Test
        void makesTrouble(K8jCluster cluster, Client client) throws InterruptedException {
            assertThat(OTHER_RUNS.await(60, TimeUnit.SECONDS)).isTrue();
            cluster.faults().refuse(Faults.Match.of("create", "configmaps"), 1000, 503);
            TROUBLE.countDown();
            Wait.until(
                    Duration.ofSeconds(60),
                    () -> client.resources(Namespace.class).list(ListOptions.ALL).stream()
                            .noneMatch(n -> n.getMetadata().getName().startsWith("test-comesandgoes-")
                                    && n.getMetadata().getDeletionTimestamp() == null),
                    () -> "the other test is not over");
            assertThatThrownBy(() -> client.resources(ConfigMap.class)
                            .create(new ConfigMapBuilder()
                                    .withNewMetadata()
                                    .withName("x")
                                    .withNamespace("default")
                                    .endMetadata()
                                    .build()))
                    .isInstanceOf(ApiException.class);
        }

        @Test
        void comesAndGoes(K8jCluster cluster) throws InterruptedException {
            OTHER_RUNS.countDown();
            assertThat(TROUBLE.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void theEndOfOneDoesNotClearTheFaultsOfAnother() {
        EngineTestKit.engine("junit-jupiter")
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "2")
                .selectors(selectClass(Two.class))
                .execute()
                .testEvents()
                .assertStatistics(events -> events.started(2).succeeded(2));
    }
}
