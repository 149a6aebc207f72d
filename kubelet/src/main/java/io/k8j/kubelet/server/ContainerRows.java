package io.k8j.kubelet.server;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.cgroups.CgroupReader;
import io.k8j.kubelet.cgroups.CgroupUse;
import io.k8j.kubelet.cgroups.Figure;
import io.k8j.kubelet.cgroups.NetworkUse;
import io.k8j.kubelet.pods.PodWorkers;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.plan.RuntimePod.RuntimeContainer;
import io.k8j.kubelet.server.ContainerPage.Row;
import io.k8j.kubelet.server.Stats.Use;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Reads the cgroups of the machine, of Pods, their sandboxes and their containers. Thread-safe. */
final class ContainerRows {
    private static final List<String> QOS = List.of("", "/besteffort", "/burstable");
    private static final String SANDBOX_IMAGE = "registry.k8s.io/pause";

    private final PodWorkers pods;
    private final CgroupReader cgroups;

    ContainerRows(PodWorkers pods, CgroupReader cgroups) {
        this.pods = pods;
        this.cgroups = cgroups;
    }

    /** @param root cgroup below which that of all Pods lies */
    List<Row> all(String root) {
        List<Row> rows = new ArrayList<>();
        cgroups.read("/").ifPresent(use -> rows.add(row("/", "", "", "", "", "", 0, use, NetworkUse.of(1))));
        String top = (root.endsWith("/") ? root : root + "/") + "kubepods";
        for (String qos : QOS) {
            cgroups.read(top + qos).ifPresent(use -> rows.add(row(top + qos, "", "", "", "", "", 0, use, List.of())));
        }
        for (Pod pod : pods.pods()) {
            pods.runtimeOf(pod.getMetadata().getUid()).ifPresent(seen -> add(pod, seen, rows));
        }
        return rows;
    }

    private void add(Pod pod, RuntimePod seen, List<Row> rows) {
        String parent = pods.cgroup(pod);
        String namespace = pod.getMetadata().getNamespace();
        String name = pod.getMetadata().getName();
        cgroups.read(parent).ifPresent(use -> rows.add(row(parent, namespace, name, "", "", "", 0, use, List.of())));
        seen.sandbox().filter(RuntimePod.Sandbox::ready).ifPresent(sandbox -> {
            String path = parent + "/" + sandbox.id();
            cgroups.read(path)
                    .ifPresent(use -> rows.add(row(
                            path,
                            namespace,
                            name,
                            "",
                            SANDBOX_IMAGE,
                            sandbox.id(),
                            sandbox.createdAt() / 1e9,
                            use,
                            sandbox.ips().isEmpty() ? List.of() : networks(path))));
        });
        for (RuntimeContainer container : seen.containers()) {
            if (!container.running()) continue;
            String path = parent + "/" + container.id();
            cgroups.read(path)
                    .ifPresent(use -> rows.add(row(
                            path,
                            namespace,
                            name,
                            container.name(),
                            container.status().getImage().getImage(),
                            container.id(),
                            container.status().getStartedAt() / 1e9,
                            use,
                            List.of())));
        }
    }

    /** What went through the network of a Pod that has one of its own. */
    List<NetworkUse> networks(Pod pod) {
        return pods.runtimeOf(pod.getMetadata().getUid())
                .flatMap(RuntimePod::sandbox)
                .filter(sandbox -> sandbox.ready() && !sandbox.ips().isEmpty())
                .map(sandbox -> networks(pods.cgroup(pod) + "/" + sandbox.id()))
                .orElse(List.of());
    }

    private List<NetworkUse> networks(String sandbox) {
        var process = cgroups.process(sandbox);
        return process.isPresent() ? NetworkUse.of(process.getAsLong()) : List.of();
    }

    private static Row row(
            String id,
            String namespace,
            String pod,
            String container,
            String image,
            String name,
            double started,
            CgroupUse use,
            List<NetworkUse> networks) {
        return new Row(id, namespace, pod, container, image, name, started, use, networks);
    }

    /** Containers that are only played have no cgroups: what the runtime tells of them is all there is. */
    List<Row> played(List<Use> uses, ToDoubleFunction<Use> startedAt) {
        return uses.stream()
                .map(use -> {
                    Map<Figure, Double> figures = new EnumMap<>(Figure.class);
                    var memory = use.raw().getMemory();
                    figures.put(Figure.CPU_TOTAL, use.cpu() / 1e9);
                    figures.put(
                            Figure.MEMORY_USAGE, (double) memory.getUsageBytes().getValue());
                    figures.put(Figure.MEMORY_WORKING_SET, (double)
                            memory.getWorkingSetBytes().getValue());
                    figures.put(Figure.MEMORY_RSS, (double) memory.getRssBytes().getValue());
                    String id = use.raw().getAttributes().getId();
                    return row(
                            "/kubepods/pod" + use.uid() + "/" + id,
                            use.namespace(),
                            use.pod(),
                            use.container(),
                            pods.runtimeOf(use.uid())
                                    .flatMap(seen -> seen.latest(use.container()))
                                    .map(run -> run.status().getImage().getImage())
                                    .orElse(""),
                            id,
                            startedAt.applyAsDouble(use),
                            new CgroupUse(figures, List.of()),
                            List.of());
                })
                .toList();
    }
}
