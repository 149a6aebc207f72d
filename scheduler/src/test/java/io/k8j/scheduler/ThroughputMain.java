package io.k8j.scheduler;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/**
 * Measures Pods per second from creation to binding, API server and store in memory included. Arguments: nodes, Pods,
 * rounds, and a case ({@code basic}, {@code spread}, {@code affinity}, {@code anti}, {@code preferred}, {@code preemption};
 * the last fills the nodes with four Pods each before, of which each measured one drives three away).
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
                        name.equals("preemption") ? 4 : 16,
                        64,
                        n -> n.editMetadata()
                                .addToLabels("topology.kubernetes.io/zone", zone)
                                .endMetadata());
            }
            cluster.start();
            cluster.scheduler.awaitSynced(Duration.ofSeconds(60));
            for (int round = 0; round < rounds; round++) {
                if (name.equals("preemption")) {
                    long before = cluster.scheduler.scheduledPods();
                    create(cluster, 4 * nodes, podOf("low", "low-"));
                    await(cluster, before + 4L * nodes);
                }
                run(cluster, pods, podOf(name, "pod-"));
            }
            if (args.length > 4) {
                System.out.println(cluster.scheduler.metrics());
            }
        }
    }

    private static IntFunction<Pod> podOf(String name, String prefix) {
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
            case "low" -> sized(builder, "900m", 0);
            case "preemption" -> sized(builder, "3", 10);
            default -> throw new IllegalArgumentException("unknown case " + name);
        };
        return i -> new PodBuilder(template)
                .editMetadata()
                .withName(prefix + i)
                .endMetadata()
                .build();
    }

    private static Pod sized(PodBuilder builder, String cpu, int priority) {
        return builder.editSpec()
                .withPriority(priority)
                .withTerminationGracePeriodSeconds(0L)
                .editContainer(0)
                .editResources()
                .addToRequests("cpu", new Quantity(cpu))
                .endResources()
                .endContainer()
                .endSpec()
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

    /** Nanoseconds of CPU of all Java threads that are no compilers or collectors; virtual threads run on some of them. */
    private static long workCpu() {
        long sum = 0;
        try (var tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path task : tasks.toList()) {
                String stat = Files.readString(task.resolve("stat"));
                String thread = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                if (!thread.contains("CompilerThre") && !thread.startsWith("VM ")) {
                    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                    sum += (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10_000_000;
                }
            }
        } catch (IOException e) {
            return 0; // no Linux
        }
        return sum;
    }

    private static void create(TestCluster cluster, int pods, IntFunction<Pod> podOf) throws Exception {
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
    }

    private static void await(TestCluster cluster, long scheduled) throws InterruptedException {
        long begin = System.nanoTime();
        while (cluster.scheduler.scheduledPods() < scheduled) {
            Thread.sleep(1);
            if (System.nanoTime() - begin > 60_000_000_000L) {
                System.out.println("gave up at " + cluster.scheduler.scheduledPods());
                break;
            }
        }
    }

    private static void run(TestCluster cluster, int pods, IntFunction<Pod> podOf) throws Exception {
        long before = cluster.scheduler.scheduledPods();
        long cpuBefore = schedulerCpu();
        long workBefore = workCpu();
        long begin = System.nanoTime();
        create(cluster, pods, podOf);
        long created = System.nanoTime();
        await(cluster, before + pods);
        double seconds = (System.nanoTime() - begin) / 1e9;
        double micros = (schedulerCpu() - cpuBefore) / 1e3 / pods;
        System.out.printf(
                "%d pods in %.2f s: %.0f pods/s (created in %.2f s, %.0f us of the scheduling thread and %.0f us of all"
                        + " threads for each)%n",
                pods, seconds, pods / seconds, (created - begin) / 1e9, micros, (workCpu() - workBefore) / 1e3 / pods);
        for (Pod pod : cluster.pods().list(ListOptions.ALL)) {
            cluster.pods().delete(ObjectKey.of(pod), DeleteOptions.DEFAULT.gracePeriod(0));
        }
    }
}
