package io.k8j.kubelet.node;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.KubeletConfig;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.FilesystemUsage;
import io.k8j.kubelet.cri.v1.Image;
import io.k8j.kubelet.logs.LogRotation;
import io.k8j.kubelet.pods.PodWorkers;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rotates large logs every ten seconds, and removes unused images when the disk fills. Runs on timers. */
public final class Housekeeping implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);
    private static final Duration LOGS = Duration.ofSeconds(10);
    private static final Duration IMAGES = Duration.ofMinutes(5);
    private static final Duration YOUNG = Duration.ofMinutes(2);

    private final KubeletConfig config;
    private final ContainerRuntime runtime;
    private final PodWorkers pods;
    private final Time time;
    private final LogRotation rotation;
    private final Map<String, Instant> lastUsed = new HashMap<>(); // guarded by this
    private volatile boolean closed;

    private Housekeeping(KubeletConfig config, ContainerRuntime runtime, PodWorkers pods, Time time) {
        this.config = config;
        this.runtime = runtime;
        this.pods = pods;
        this.time = time;
        this.rotation = new LogRotation(runtime, config.containerLogMaxSize(), config.containerLogMaxFiles());
    }

    /** Begins. */
    public static Housekeeping start(KubeletConfig config, ContainerRuntime runtime, PodWorkers pods, Time time) {
        Housekeeping housekeeping = new Housekeeping(config, runtime, pods, time);
        housekeeping.repeat(LOGS, housekeeping::rotateLogs);
        housekeeping.repeat(IMAGES, housekeeping::removeImages);
        return housekeeping;
    }

    private void repeat(Duration pause, Runnable task) {
        if (closed) return;
        time.after(
                Pace.UPKEEP,
                pause,
                () -> Thread.ofVirtual().name("housekeeping").start(() -> {
                    try {
                        if (!closed) task.run();
                    } catch (RuntimeException e) {
                        log.atWarn().setCause(e).log("housekeeping failed");
                    } finally {
                        repeat(pause, task);
                    }
                }));
    }

    private void rotateLogs() {
        for (Pod pod : pods.pods()) {
            Path directory = pods.logDirectory(pod);
            List<RuntimePod.RuntimeContainer> containers = pods.runtimeOf(
                            pod.getMetadata().getUid())
                    .map(RuntimePod::containers)
                    .orElse(List.of());
            for (RuntimePod.RuntimeContainer container : containers) {
                if (!container.running()) continue;
                Path file = directory.resolve(container.name()).resolve(container.attempt() + ".log");
                try {
                    rotation.check(file, container.id(), time.instant());
                } catch (IOException e) {
                    log.atWarn()
                            .addKeyValue("pod", ObjectKey.of(pod))
                            .addKeyValue("cause", e.getMessage())
                            .log("log not rotated");
                }
            }
        }
    }

    /** Removes images that no container uses, those unused for longest first, until the disk is low enough. */
    /** Removes all images that no container uses; the disk is short. */
    public void freeDisk() {
        removeImages(0, 0);
    }

    private void removeImages() {
        removeImages(config.imageGcHighThresholdPercent(), config.imageGcLowThresholdPercent());
    }

    private synchronized void removeImages(int from, int to) {
        try {
            Set<String> used = new HashSet<>();
            runtime.listContainers(Map.of()).forEach(container -> {
                used.add(container.getImageRef());
                used.add(container.getImage().getImage());
            });
            Instant now = time.instant();
            List<Image> images = runtime.listImages();
            for (Image image : images) {
                boolean inUse = used.contains(image.getId())
                        || image.getRepoDigestsList().stream().anyMatch(used::contains)
                        || image.getRepoTagsList().stream().anyMatch(used::contains);
                if (inUse) lastUsed.put(image.getId(), now);
                else lastUsed.putIfAbsent(image.getId(), now);
            }
            lastUsed.keySet().retainAll(images.stream().map(Image::getId).toList());
            List<Image> candidates = images.stream()
                    .filter(image -> !image.getPinned())
                    .filter(image -> image.getRepoTagsList().stream().noneMatch(tag -> tag.contains("/pause:")))
                    .filter(image -> lastUsed.get(image.getId()).isBefore(now.minus(YOUNG)))
                    .sorted(Comparator.comparing(image -> lastUsed.get(image.getId())))
                    .toList();
            if (diskUse() < from) return;
            for (Image image : candidates) {
                if (diskUse() < to) return;
                log.atInfo().addKeyValue("image", image.getRepoTagsList()).log("remove unused image");
                runtime.removeImage(image.getId());
                pods.nodeMetrics().imageRemoved();
            }
        } catch (RuntimeFailure | IOException e) {
            log.atDebug().addKeyValue("cause", e.getMessage()).log("images not looked at");
        }
    }

    private long diskUse() throws IOException {
        Path place = config.rootDir();
        for (FilesystemUsage usage : runtime.imageFilesystems()) {
            Path mount = Path.of(usage.getFsId().getMountpoint());
            if (Files.exists(mount)) place = mount;
        }
        FileStore store = Files.getFileStore(place);
        return store.getTotalSpace() == 0 ? 0 : 100 - store.getUsableSpace() * 100 / store.getTotalSpace();
    }

    @Override
    public void close() {
        closed = true;
    }
}
