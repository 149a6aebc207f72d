package io.k8j.scheduler;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/**
 * Measures Pods per second from creation to binding, API server and store in memory included. Arguments: nodes, Pods,
 * rounds, and a case ({@code basic}, {@code spread}, {@code affinity}, {@code anti}, {@code preferred}).
 */
final class ThroughputMain {
    private ThroughputMain() {}

    public static void main(String[] args) throws Exception {
        int nodes = args.length > 0 ? Integer.parseInt(args[0]) : 1000;
        int pods = args.length > 1 ? Integer.parseInt(args[1]) : 5000;
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 3;
        String name = args.length > 3 ? args[3] : "basic";
        try (TestCluster cluster = new TestCluster()) {
            for (int i = 0; i < nodes; i++) {
                String zone = "zone-" + i % 10;
                cluster.node(
                        "node-" + i,
                        16,
                        64,
                        n -> n.editMetadata()
                                .addToLabels("topology.kubernetes.io/zone", zone)
                                .endMetadata());
            }
            cluster.start();
            cluster.scheduler.awaitSynced(Duration.ofSeconds(60));
            for (int round = 0; round < rounds; round++) {
                run(cluster, pods, podOf(name));
            }
            if (args.length > 4) {
                System.out.println(cluster.scheduler.metrics());
            }
        }
    }

    private static IntFunction<Pod> podOf(String name) {
        PodBuilder builder = new PodBuilder(TestCluster.pod("x", "100m").build())
                .editMetadata()
                .addToLabels("app", "bench")
                .endMetadata();
        Pod template = switch (name) {
            case "basic" -> builder.build();
            case "spread" ->
                builder.editSpec()
                        .addNewTopologySpreadConstraint()
                        .withMaxSkew(5)
                        .withTopologyKey("topology.kubernetes.io/zone")
                        .withWhenUnsatisfiable("DoNotSchedule")
                        .withNewLabelSelector()
                        .addToMatchLabels("app", "bench")
                        .endLabelSelector()
                        .endTopologySpreadConstraint()
                        .endSpec()
                        .build();
            case "affinity" ->
                builder.editSpec()
                        .withNewAffinity()
                        .withNewPodAffinity()
                        .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .withTopologyKey("topology.kubernetes.io/zone")
                        .withNewLabelSelector()
                        .addToMatchLabels("app", "bench")
                        .endLabelSelector()
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endPodAffinity()
                        .endAffinity()
                        .endSpec()
                        .build();
            case "anti" ->
                builder.editSpec()
                        .withNewAffinity()
                        .withNewPodAntiAffinity()
                        .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .withTopologyKey("kubernetes.io/hostname")
                        .withNewLabelSelector()
                        .addToMatchLabels("app", "bench")
                        .endLabelSelector()
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endPodAntiAffinity()
                        .endAffinity()
                        .endSpec()
                        .build();
            case "preferred" ->
                builder.editSpec()
                        .withNewAffinity()
                        .withNewPodAffinity()
                        .addNewPreferredDuringSchedulingIgnoredDuringExecution()
                        .withWeight(1)
                        .withNewPodAffinityTerm()
                        .withTopologyKey("kubernetes.io/hostname")
                        .withNewLabelSelector()
                        .addToMatchLabels("app", "bench")
                        .endLabelSelector()
                        .endPodAffinityTerm()
                        .endPreferredDuringSchedulingIgnoredDuringExecution()
                        .endPodAffinity()
                        .endAffinity()
                        .endSpec()
                        .build();
            default -> throw new IllegalArgumentException("unknown case " + name);
        };
        return i -> new PodBuilder(template)
                .editMetadata()
                .withName("pod-" + i)
                .endMetadata()
                .build();
    }

    /** Nanoseconds of CPU that the scheduling thread has used. */
    private static long schedulerCpu() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (ThreadInfo info : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (info != null && info.getThreadName().equals("scheduler")) {
                return threads.getThreadCpuTime(info.getThreadId());
            }
        }
        return 0;
    }

    private static void run(TestCluster cluster, int pods, IntFunction<Pod> podOf) throws Exception {
        long before = cluster.scheduler.scheduledPods();
        long cpuBefore = schedulerCpu();
        long begin = System.nanoTime();
        int writers = 8;
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> parts = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                int first = w;
                parts.add(executor.submit(() -> {
                    for (int i = first; i < pods; i += writers) {
                        cluster.pods().create(podOf.apply(i));
                    }
                }));
            }
            for (Future<?> part : parts) {
                part.get();
            }
        }
        long created = System.nanoTime();
        while (cluster.scheduler.scheduledPods() - before < pods) {
            Thread.sleep(1);
            if (System.nanoTime() - created > 60_000_000_000L) {
                System.out.println("gave up at " + (cluster.scheduler.scheduledPods() - before));
                break;
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        double micros = (schedulerCpu() - cpuBefore) / 1e3 / pods;
        System.out.printf(
                "%d pods in %.2f s: %.0f pods/s (created in %.2f s, %.0f us of the scheduling thread for each)%n",
                pods, seconds, pods / seconds, (created - begin) / 1e9, micros);
        for (Pod pod : cluster.pods().list(ListOptions.ALL)) {
            cluster.pods().delete(ObjectKey.of(pod), DeleteOptions.DEFAULT.gracePeriod(0));
        }
    }
}
