package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What clusters cost: time, memory, threads. Figures are printed; only what must never break is asserted. */
class ManyClustersTest {
    /** A short form; {@code -Dk8j.rounds=1000} is the long one. */
    private static final int ROUNDS = Integer.getInteger("k8j.rounds", 30);

    private static final int AT_ONCE = Integer.getInteger("k8j.clusters", 100);
    private static final long LARGEST = 20L << 20;

    private static long usedHeap() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            used = Math.min(
                    used,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return used;
    }

    private static Set<String> threads() {
        Set<String> names = new TreeSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            names.add(thread.getName() + "#" + thread.threadId());
        }
        return names;
    }

    private static long openFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }

    @Test
    void aHundredClustersRunAtOnceAndStayApart() {
        K8jCluster.start().close(); // classes and shared parts are there now
        long before = usedHeap();
        List<K8jCluster> clusters = new ArrayList<>();
        try {
            long begin = System.nanoTime();
            for (int i = 0; i < AT_ONCE; i++) {
                clusters.add(K8jCluster.start());
            }
            long started = System.nanoTime() - begin;
            clusters.forEach(K8jCluster::awaitNodesReady);
            long ready = System.nanoTime() - begin;
            long each = (usedHeap() - before) / AT_ONCE;
            System.out.printf(
                    "%d clusters: %d ms each to start, all nodes ready after %d ms, %.1f MB of heap each%n",
                    AT_ONCE, started / 1_000_000 / AT_ONCE, ready / 1_000_000, each / 1048576.0);
            assertThat(each).isLessThan(LARGEST);
            for (int i = 0; i < AT_ONCE; i += 33) {
                KubernetesClient client = clusters.get(i).client(KubernetesClient.class);
                assertThat(client.namespaces().list().getItems())
                        .extracting(namespace -> namespace.getMetadata().getName())
                        .containsExactlyInAnyOrder("default", "kube-node-lease", "kube-public", "kube-system");
            }
        } finally {
            clusters.forEach(K8jCluster::close);
        }
    }

    @Test
    void startingAndStoppingLeaksNeitherThreadsNorFilesNorMemory() {
        for (int i = 0; i < 10; i++) {
            K8jCluster.start().awaitNodesReady().close();
        }
        Set<String> threadsBefore = threads();
        long filesBefore = openFiles();
        long heapBefore = usedHeap();
        long begin = System.nanoTime();
        for (int i = 0; i < ROUNDS; i++) {
            K8jCluster.start().awaitNodesReady().close();
        }
        System.out.printf(
                "%d rounds: %d ms each, from start to node ready to closed%n",
                ROUNDS, (System.nanoTime() - begin) / 1_000_000 / ROUNDS);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            Set<String> left = threads();
            left.removeAll(threadsBefore);
            left.removeIf(name -> name.startsWith("ForkJoinPool") || name.startsWith("http-"));
            assertThat(left).hasSizeLessThan(5);
        });
        assertThat(openFiles()).isLessThan(filesBefore + 20);
        long grown = usedHeap() - heapBefore;
        System.out.printf("heap grew by %d kB%n", grown >> 10);
        assertThat(grown).isLessThan(10L << 20);
    }
}
