package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.k8j.client.Client;
import io.k8j.client.Informer;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeEvent;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.dra.DynamicResources;
import io.k8j.kubelet.hostports.HostPorts;
import io.k8j.kubelet.manifests.StaticPod;
import io.k8j.kubelet.metrics.NodeMetrics;
import io.k8j.kubelet.metrics.PodMetrics;
import io.k8j.kubelet.pods.admission.Ending;
import io.k8j.kubelet.pods.config.Cgroups;
import io.k8j.kubelet.pods.config.SandboxConfigs;
import io.k8j.kubelet.pods.images.Images;
import io.k8j.kubelet.pods.images.PulledImages;
import io.k8j.kubelet.pods.plan.RuntimeName;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.spec.Allocations;
import io.k8j.kubelet.pods.spec.Labels;
import io.k8j.kubelet.pods.spec.NodeInfo;
import io.k8j.kubelet.pods.status.PodEvents;
import io.k8j.kubelet.pods.status.StatusWriter;
import io.k8j.kubelet.probes.Actions;
import io.k8j.kubelet.probes.ProbeMetrics;
import io.k8j.kubelet.volumes.PodVolumes;
import io.k8j.model.time.Pace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All Pods of this node: starts a worker for each, wakes the right one at each event of the runtime, and clears up what
 * belongs to no Pod. Thread-safe. Closing leaves all containers running.
 */
public final class PodWorkers implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PodWorkers.class);
    private static final int PARALLEL_SANDBOXES = 8;
    /** Events may get lost; upstream looks at everything as often when it is driven by events. */
    private static final Duration RELOOK = Duration.ofMinutes(5);

    private final PodContext context;
    private final ApiObjects objects;
    private final Map<String, PodWorker> workers = new ConcurrentHashMap<>();
    private final Informer<Pod> pods;
    private final StaticPods statics;
    private final Admission admission;
    private AutoCloseable runtimeWatch = () -> {};
    private volatile boolean refusing;
    private volatile boolean closed;

    private PodWorkers(
            Client client,
            ContainerRuntime runtime,
            NodeInfo node,
            HostPorts hostPorts,
            PodEvents events,
            DynamicResources dynamicResources) {
        PodMetrics podMetrics = new PodMetrics();
        NodeMetrics nodeMetrics = new NodeMetrics();
        this.objects = new ApiObjects(client, uid -> {
            PodWorker worker = worker(uid);
            if (worker != null) worker.refreshVolumes();
        });
        Images images = new Images(
                runtime,
                objects,
                events,
                client.time(),
                new PulledImages(node.rootDir().resolve("image_manager")),
                nodeMetrics);
        this.context = new PodContext(
                client.resources(Pod.class),
                runtime,
                node,
                objects,
                images,
                new Actions(runtime, client.time()),
                new StatusWriter(client, podMetrics),
                events,
                client.time(),
                name -> client.resources(RuntimeClass.class)
                        .get(ObjectKey.of(name))
                        .getHandler(),
                new Semaphore(PARALLEL_SANDBOXES),
                new RuntimeName(runtime),
                hostPorts,
                new Allocations(node.allocatable()),
                podMetrics,
                nodeMetrics,
                dynamicResources);
        this.pods = new Informer<>(client.resources(Pod.class), ListOptions.ALL.fields("spec.nodeName=" + node.name()));
        this.admission = new Admission(context, pods, workers::values);
        this.statics = new StaticPods(client, node.name(), context.statuses(), pods, this::add, pod -> {
            PodWorker worker = workers.get(pod.getMetadata().getUid());
            if (worker != null) worker.removed();
        });
    }

    /** Counts the results of probes. */
    public ProbeMetrics probeMetrics() {
        return context.actions().metrics();
    }

    /** Counts what the node does. */
    public NodeMetrics nodeMetrics() {
        return context.nodeMetrics();
    }

    /** Appends what is counted of Pods and of the node, in Prometheus' text format. */
    public void writeMetrics(StringBuilder out) {
        new PodCounts(workers.values(), statics.mirrors()).write(out);
        context.podMetrics().write(out);
        context.nodeMetrics().write(out);
    }

    private void add(Pod pod) {
        PodWorker fresh = worker(pod);
        if (refusing) fresh.end(Ending.refusal());
        if (workers.putIfAbsent(pod.getMetadata().getUid(), fresh) == null) admission.submit(fresh);
    }

    private PodWorker worker(Pod pod) {
        String uid = pod.getMetadata().getUid();
        return new PodWorker(context, pod, () -> {
            workers.remove(uid);
            statics.ended(pod);
        });
    }

    private PodWorker worker(String uid) {
        return workers.get(uid);
    }

    /** Follows the Pods bound to this node; they start after {@link #admit}, what already runs is taken up as it is. */
    public static PodWorkers start(
            Client client,
            ContainerRuntime runtime,
            NodeInfo node,
            HostPorts hostPorts,
            PodEvents events,
            DynamicResources dynamicResources) {
        PodWorkers all = new PodWorkers(client, runtime, node, hostPorts, events, dynamicResources);
        all.pods.onChange(all.new Changes()).start();
        all.runtimeWatch = runtime.watch(all::onRuntimeEvent);
        new Orphans(all.context, all.statics, all.pods, all.workers::containsKey, () -> all.closed).begin();
        client.time().after(Pace.UPKEEP, RELOOK, all::lookAtAll);
        return all;
    }

    /** Lets Pods start, as far as they fit on this node. */
    public void admit(NodeView node) {
        admission.open(node);
    }

    private final class Changes implements Informer.Handler<Pod> {
        @Override
        public void added(Pod pod) {
            if (statics.isMirror(pod)) return;
            add(pod);
        }

        @Override
        public void updated(Pod before, Pod now) {
            if (statics.isMirror(now)) return;
            PodWorker worker = workers.get(now.getMetadata().getUid());
            if (worker == null) added(now);
            else worker.update(now);
        }

        @Override
        public void deleted(Pod last) {
            if (statics.isMirrorGone(last)) return;
            PodWorker worker = workers.get(last.getMetadata().getUid());
            if (worker != null) worker.removed();
        }
    }

    private void onRuntimeEvent(RuntimeEvent event) {
        if (event.isRelist()) {
            workers.values().forEach(PodWorker::wake);
            return;
        }
        for (PodWorker worker : workers.values()) {
            RuntimePod seen = worker.lastSeen();
            boolean mine = seen.containers().stream().anyMatch(c -> c.id().equals(event.containerId()))
                    || seen.sandboxes().stream().anyMatch(s -> s.id().equals(event.containerId()));
            if (mine) {
                worker.wake();
                return;
            }
        }
        // Started or ended before its worker has looked: find out whose it is.
        Thread.ofVirtual()
                .name("runtime-event")
                .start(() -> ownerOf(event.containerId()).map(workers::get).ifPresent(PodWorker::wake));
    }

    private Optional<String> ownerOf(String id) {
        try {
            return Optional.ofNullable(
                    context.runtime().containerStatus(id).getLabelsMap().get(Labels.POD_UID));
        } catch (RuntimeFailure notContainer) {
            try {
                return Optional.ofNullable(
                        context.runtime().podSandboxStatus(id).getLabelsMap().get(Labels.POD_UID));
            } catch (RuntimeFailure gone) {
                return Optional.empty();
            }
        }
    }

    private void lookAtAll() {
        if (closed) return;
        workers.values().forEach(PodWorker::wake);
        context.time().after(Pace.UPKEEP, RELOOK, this::lookAtAll);
    }

    /** Whether the Pods bound to this node are known. */
    public boolean hasSynced() {
        return pods.hasSynced();
    }

    /** Whether all workers have nothing to do but to wait. */
    public boolean isIdle() {
        return admission.isIdle() && workers.values().stream().allMatch(PodWorker::isIdle);
    }

    /** All Pods that have a worker. */
    public List<Pod> pods() {
        return workers.values().stream().map(PodWorker::pod).toList();
    }

    /** The Pods that run and are not being ended: those that may be evicted. */
    public List<Pod> evictable() {
        return workers.values().stream()
                .filter(worker -> worker.lastSeen().anythingRuns() && !worker.isEnding())
                .map(PodWorker::pod)
                .toList();
    }

    /** Ends a Pod for good, because the node needs what it uses; it gets no more than {@code grace} to end. */
    public void evict(String uid, String message, Duration grace) {
        PodWorker worker = workers.get(uid);
        if (worker != null) worker.end(Ending.disruption(Ending.EVICTED, message, grace));
    }

    /** Ends a Pod for good, because it has taken more than it may. */
    public void evictForLimit(String uid, String message, Duration grace) {
        PodWorker worker = workers.get(uid);
        if (worker != null) worker.end(Ending.limit(message, grace));
    }

    /** Refuses all Pods that come from now on: the node goes down. */
    public void refuseNew() {
        refusing = true;
    }

    /** Takes Pods again. */
    public void acceptNew() {
        refusing = false;
    }

    /** Ends Pods with their node; false if not all had ended when the time was over. */
    public boolean terminate(List<String> uids, Duration within) throws InterruptedException {
        List<PodWorker> ending =
                uids.stream().map(workers::get).filter(Objects::nonNull).toList();
        ending.forEach(worker -> worker.end(Ending.disruption(
                Ending.TERMINATED, "Pod was terminated in response to imminent node shutdown.", within)));
        long deadline = System.nanoTime() + within.toNanos();
        boolean all = true;
        for (PodWorker worker : ending) all &= worker.awaitOver(Duration.ofNanos(deadline - System.nanoTime()));
        return all;
    }

    /** The directory of a Pod's volumes and other files. */
    public Path directory(Pod pod) {
        return context.node().podDir(pod.getMetadata().getUid());
    }

    /** A Pod's volumes of kind {@code local} that are ready, by name. */
    public Map<String, PodVolumes.LocalVolume> localVolumes(String uid) {
        PodWorker worker = workers.get(uid);
        return worker == null ? Map.of() : worker.localVolumes();
    }

    /** The Pod's cgroup, with a slash at its begin. */
    public String cgroup(Pod pod) {
        return Cgroups.parentOf(pod, context.node().cgroupRoot());
    }

    /** How many processes a Pod has; 0 if that cannot be known. */
    public long processesOf(Pod pod) throws IOException {
        return Cgroups.processes(pod, context.node());
    }

    /** A Pod by its name; the newest one if an older of the same name is still ending. */
    public Optional<Pod> find(ObjectKey key) {
        return pods.get(key)
                .filter(pod -> !StaticPod.isMirror(pod))
                .or(() -> pods().stream()
                        .filter(pod -> ObjectKey.of(pod).equals(key))
                        .findFirst());
    }

    /** What the runtime had of a Pod at its worker's last look. */
    public Optional<RuntimePod> runtimeOf(String uid) {
        return Optional.ofNullable(workers.get(uid)).map(PodWorker::lastSeen);
    }

    /**
     * The node's static Pods as they are now; may be called again and again, by one thread at a time.
     *
     * @param complete whether these are all: until then, what runs of unknown Pods may belong to one of them
     */
    public void setStatic(List<Pod> wanted, boolean complete) {
        statics.set(wanted, complete);
    }

    /** Where a Pod's logs lie. */
    public Path logDirectory(Pod pod) {
        return SandboxConfigs.logDirectory(pod, context.node());
    }

    Collection<PodWorker> workers() {
        return workers.values();
    }

    @Override
    public void close() {
        closed = true;
        pods.close();
        admission.close();
        try {
            runtimeWatch.close();
        } catch (Exception e) {
            log.atDebug().setCause(e).log("close runtime watch");
        }
        statics.close();
        workers.values().forEach(PodWorker::stop);
        context.statuses().close();
        objects.close();
    }
}
