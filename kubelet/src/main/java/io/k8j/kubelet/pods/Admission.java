package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.manifests.StaticPod;
import io.k8j.kubelet.pods.admission.Admittance;
import io.k8j.kubelet.pods.admission.Ending;
import io.k8j.kubelet.pods.spec.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets workers start, one after the other in the order in which their Pods were created: those whose Pods do not fit start
 * with the order to end. What ran before this node agent started is not asked again. One virtual thread decides.
 */
final class Admission implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Admission.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofDays(1);

    /** Those that are here already come first: the others have to fit beside them. */
    private static final Comparator<PodWorker> ORDER = Comparator.comparing(
                    (PodWorker worker) -> !isTaken(worker.pod()))
            .thenComparing(worker ->
                    Objects.requireNonNullElse(worker.pod().getMetadata().getCreationTimestamp(), ""))
            .thenComparing(worker -> ObjectKey.of(worker.pod()).toString());

    private final PodContext context;
    private final Informer<Pod> pods;
    private final Supplier<Collection<PodWorker>> workers;
    private final BlockingQueue<PodWorker> queue = new LinkedBlockingQueue<>();
    private final AtomicInteger undecided = new AtomicInteger();
    private volatile Thread thread; // null until it is open

    Admission(PodContext context, Informer<Pod> pods, Supplier<Collection<PodWorker>> workers) {
        this.context = context;
        this.pods = pods;
        this.workers = workers;
    }

    /** Begins to decide. */
    void open(NodeView node) {
        thread = Thread.ofVirtual().name("pod-admission").start(() -> run(node));
    }

    /** Starts a worker as soon as it is its turn. */
    void submit(PodWorker worker) {
        undecided.incrementAndGet();
        queue.add(worker);
    }

    boolean isIdle() {
        return undecided.get() == 0;
    }

    private void run(NodeView node) {
        try {
            while (true) {
                List<PodWorker> batch = new ArrayList<>(List.of(queue.take()));
                boolean fromApi = !StaticPod.isStatic(batch.getFirst().pod());
                if (fromApi) pods.awaitSynced(LONG); // those that are here already may come after it
                queue.drainTo(batch);
                batch.sort(ORDER);
                for (PodWorker worker : batch) {
                    admit(worker, node);
                    undecided.decrementAndGet();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void admit(PodWorker worker, NodeView node) throws InterruptedException {
        try {
            decide(worker, node);
        } catch (RuntimeException e) {
            log.atError()
                    .addKeyValue("pod", ObjectKey.of(worker.pod()))
                    .setCause(e)
                    .log("admission failed");
            refuse(
                    worker,
                    new Admittance.Verdict.Refuse(
                            "UnexpectedAdmissionError", "Admission failed due to %s".formatted(e.getMessage()), false));
        }
        worker.start();
    }

    private void decide(PodWorker worker, NodeView view) throws InterruptedException {
        Pod pod = worker.pod();
        if (worker.isEnding()) return;
        if (isTaken(pod)) {
            worker.admit();
            return;
        }
        Admittance.Verdict verdict = admittance(worker, view.node(), view).decide(pod);
        if (verdict instanceof Admittance.Verdict.Refuse refusal && refusal.labelsOnly()) {
            verdict = admittance(worker, view.freshNode(), view).decide(pod);
        }
        switch (verdict) {
            case Admittance.Verdict.Admit() -> worker.admit();
            case Admittance.Verdict.Preempt(List<Pod> victims, String resource) -> {
                preempt(victims, resource);
                worker.admit();
            }
            case Admittance.Verdict.Refuse refusal -> {
                if (runs(pod)) worker.admit();
                else refuse(worker, refusal);
            }
        }
    }

    private void refuse(PodWorker worker, Admittance.Verdict.Refuse refusal) {
        context.nodeMetrics().refused(refusal.reason());
        log.atInfo()
                .addKeyValue("pod", ObjectKey.of(worker.pod()))
                .addKeyValue("reason", refusal.reason())
                .log("refuse pod");
        worker.end(Ending.refused(refusal.reason(), refusal.message()));
    }

    /** Whether a node agent has taken the Pod before: it writes the start first of all. */
    private static boolean isTaken(Pod pod) {
        return pod.getStatus() != null && pod.getStatus().getStartTime() != null;
    }

    /** Whether the runtime has something of a Pod whose status does not tell so yet. */
    private boolean runs(Pod pod) throws InterruptedException {
        Map<String, String> label = Map.of(Labels.POD_UID, pod.getMetadata().getUid());
        while (true) {
            try {
                return !context.runtime().listPodSandboxes(label).isEmpty();
            } catch (RuntimeFailure e) {
                log.atWarn().addKeyValue("cause", e.getMessage()).log("cannot tell what runs, try again");
                context.time().sleep(RETRY);
            }
        }
    }

    private Admittance admittance(PodWorker worker, Node node, NodeView view) {
        Map<String, Quantity> allocatable = new HashMap<>(context.node().allocatable());
        if (node.getStatus() != null && node.getStatus().getAllocatable() != null) {
            allocatable.putAll(node.getStatus().getAllocatable());
        }
        List<Pod> others = workers.get().stream()
                .filter(other -> other != worker && other.isAdmitted() && !other.isOver())
                .map(other -> context.allocations().granted(other.pod()))
                .toList();
        return new Admittance(node, allocatable, view.pressures(), others);
    }

    /** Waits for their end: until then they use what is needed. */
    private void preempt(List<Pod> victims, String resource) throws InterruptedException {
        for (Pod victim : victims) {
            context.nodeMetrics().preempted(resource);
            for (PodWorker worker : workers.get()) {
                if (!worker.pod()
                        .getMetadata()
                        .getUid()
                        .equals(victim.getMetadata().getUid())) continue;
                worker.end(Ending.preemption());
                worker.awaitOver(LONG);
            }
        }
    }

    @Override
    public void close() {
        if (thread != null) thread.interrupt();
    }
}
