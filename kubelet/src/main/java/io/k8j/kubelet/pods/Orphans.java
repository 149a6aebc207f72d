package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.Informer;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.Container;
import io.k8j.kubelet.cri.v1.PodSandbox;
import io.k8j.kubelet.linux.FileTrees;
import io.k8j.kubelet.pods.spec.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes sandboxes and directories of Pods that were deleted while nobody watched. */
final class Orphans {
    private static final Logger log = LoggerFactory.getLogger(Orphans.class);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(30);

    private final PodContext context;
    private final StaticPods statics;
    private final Informer<Pod> pods;
    private final Predicate<String> hasWorker;
    private final BooleanSupplier closed;

    /**
     * @param hasWorker whether somebody looks after the Pod with this UID
     * @param closed whether nothing is to be removed any more
     */
    Orphans(
            PodContext context,
            StaticPods statics,
            Informer<Pod> pods,
            Predicate<String> hasWorker,
            BooleanSupplier closed) {
        this.context = context;
        this.statics = statics;
        this.pods = pods;
        this.hasWorker = hasWorker;
        this.closed = closed;
    }

    /** Removes them on a thread of its own as soon as all Pods of the node are known, and tries again what failed. */
    void begin() {
        Thread.ofVirtual().name("pod-orphans").start(this::remove);
    }

    private void remove() {
        try {
            statics.awaitKnown();
            if (!pods.awaitSynced(Duration.ofDays(1)) || closed.getAsBoolean()) return;
            Set<String> known =
                    pods.all().stream().map(pod -> pod.getMetadata().getUid()).collect(Collectors.toSet());
            for (PodSandbox sandbox : context.runtime().listPodSandboxes(Map.of())) {
                String uid = sandbox.getLabelsMap().get(Labels.POD_UID);
                if (uid == null || known.contains(uid) || hasWorker.test(uid)) continue;
                log.atInfo()
                        .addKeyValue("pod", sandbox.getMetadata().getName())
                        .log("remove pod that is no longer wanted");
                context.podMetrics().orphan();
                Thread.ofVirtual().name("orphan").start(() -> removeSandbox(sandbox.getId()));
            }
            removeDirectories(known);
            context.hostPorts().write();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeFailure | IOException e) {
            log.atWarn().addKeyValue("cause", e.getMessage()).log("orphaned pods not removed, try again");
            context.time().after(TRY_AGAIN, this::begin);
        }
    }

    private void removeSandbox(String id) {
        try {
            for (Container container : context.runtime().listContainers(Map.of())) {
                if (container.getPodSandboxId().equals(id)) {
                    context.runtime().stopContainer(container.getId(), STOP_WITHIN);
                }
            }
            context.runtime().stopPodSandbox(id);
            context.runtime().removePodSandbox(id);
        } catch (RuntimeFailure e) {
            log.atWarn()
                    .addKeyValue("sandbox", id)
                    .addKeyValue("cause", e.getMessage())
                    .log("orphan not removed");
        }
    }

    private void removeDirectories(Set<String> known) throws IOException {
        Path root = context.node().rootDir().resolve("pods");
        if (!Files.isDirectory(root)) return;
        try (Stream<Path> directories = Files.list(root)) {
            for (Path directory : directories.toList()) {
                String uid = directory.getFileName().toString();
                if (!known.contains(uid) && !hasWorker.test(uid)) FileTrees.unmountAndDelete(directory);
            }
        }
    }
}
