package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.k8j.client.Client;
import io.k8j.client.ListOptions;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** A cluster that is closed while requests run. */
class ClosingTest {
    private static final int ROUNDS = Integer.getInteger("k8j.closing.rounds", 3);

    private static ConfigMap configMap(String name) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .build();
    }

    /**
     * Sends requests until one is not answered any more; whatever else happens is kept. On a platform thread: direct calls
     * never wait, and would keep the server's virtual threads from running.
     */
    private static Thread load(
            String name, IntConsumer request, CountDownLatch running, AtomicInteger answered, Queue<String> odd) {
        return Thread.ofPlatform().daemon().name(name).start(() -> {
            for (int i = 0; ; i++) {
                try {
                    request.accept(i);
                    answered.incrementAndGet();
                } catch (TransportException e) {
                    return; // cut off
                } catch (ApiException e) {
                    if (e.code() != 503) odd.add(name + ": " + e.code() + " " + e.getMessage());
                    return;
                } catch (KubernetesClientException e) {
                    boolean cutOff = e.getCode() <= 0 && e.getCause() instanceof IOException;
                    if (!cutOff && e.getCode() != 503) odd.add(name + ": " + e.getCode() + " " + e.getCause());
                    return;
                } catch (RuntimeException e) {
                    odd.add(name + ": " + e);
                    return;
                } finally {
                    running.countDown();
                }
            }
        });
    }

    @Test
    void requestsThatRunAreAnsweredOrCutOffCleanly() throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            Queue<String> odd = new ConcurrentLinkedQueue<>();
            AtomicInteger answered = new AtomicInteger();
            CountDownLatch running = new CountDownLatch(6);
            List<Thread> threads = new ArrayList<>();
            try (K8jCluster cluster = K8jCluster.builder().withNodes(1).start();
                    KubernetesClient fabric8 = new KubernetesClientBuilder()
                            .withConfig(new io.fabric8.kubernetes.client.ConfigBuilder(
                                            io.fabric8.kubernetes.client.Config.fromKubeconfig(cluster.kubeconfig()))
                                    .withRequestRetryBackoffLimit(0)
                                    .build())
                            .build()) {
                Client direct = cluster.client();
                List<IntConsumer> requests = List.of(
                        i -> fabric8.resource(configMap("https-" + i)).create(),
                        i -> fabric8.pods().inAnyNamespace().list(),
                        i -> direct.resources(ConfigMap.class).create(configMap("direct-" + i)),
                        i -> direct.resources(ConfigMap.class).list(ListOptions.ALL),
                        i -> fabric8.configMaps()
                                .inNamespace("default")
                                .withName("kube-root-ca.crt")
                                .get(),
                        i -> direct.resources(ConfigMap.class).list(ListOptions.inNamespace("default")));
                for (int i = 0; i < requests.size(); i++) {
                    threads.add(load("load-" + i, requests.get(i), running, answered, odd));
                }
                assertThat(running.await(120, TimeUnit.SECONDS)).isTrue();
                cluster.close();
                for (Thread thread : threads) {
                    assertThat(thread.join(Duration.ofSeconds(60)))
                            .as(thread.getName())
                            .isTrue();
                }
            }
            assertThat(odd).isEmpty();
            assertThat(answered).hasPositiveValue();
        }
    }

    @Test
    void aClosedClusterRefusesInOneSentence() {
        K8jCluster cluster = K8jCluster.builder().withNodes(0).start();
        Client direct = cluster.client();
        cluster.close();
        cluster.close();
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> direct.resources(ConfigMap.class).list(ListOptions.ALL))
                .isInstanceOf(TransportException.class)
                .hasMessage("the API server is stopped");
    }
}
