package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.pods.spec.Fields;
import io.k8j.kubelet.volumes.PodVolumes;
import io.k8j.kubelet.volumes.VolumeException;
import io.k8j.model.time.Pace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Keeps one Pod's volumes as its object wants them. Owned by the Pod's worker, except for {@link #refresh}. */
final class VolumeKeeper {
    /** Upstream's back-off of operations on volumes. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(122);

    private final PodContext context;
    private final String uid;
    private final Runnable wake;
    private final Consumer<Duration> wakeAfter;
    private final PodVolumes volumes;
    private Map<String, Path> paths; // null until they were made once
    private volatile String madeFor = "";
    private Duration pause = FIRST_PAUSE;
    private final Retries retries;

    VolumeKeeper(PodContext context, String uid, Runnable wake, Consumer<Duration> wakeAfter) {
        this.context = context;
        this.uid = uid;
        this.wake = wake;
        this.wakeAfter = wakeAfter;
        this.retries = new Retries(context.time());
        this.volumes = new PodVolumes(
                context.node().podDir(uid), context.objects(), context.node().realMounts());
    }

    /** Where the volumes are, by name. */
    Map<String, Path> paths() {
        return paths;
    }

    /** Has them brought up to date at the next turn: ConfigMaps, Secrets or tokens have changed. Any thread. */
    void refresh() {
        madeFor = "";
        retries.clear();
    }

    /** Makes volumes ready or up to date; answers whether the Pod may go on. */
    boolean make(Pod now, List<String> ips) throws IOException {
        // Not the resource version: each status that we write has a new one, and changes no volume.
        String version = "%s %s %s %s"
                .formatted(
                        now.getMetadata().getGeneration(),
                        now.getMetadata().getLabels(),
                        now.getMetadata().getAnnotations(),
                        ips);
        if (paths != null && version.equals(madeFor)) return true;
        Duration left = retries.left(uid);
        if (!left.isZero()) {
            wakeAfter.accept(left);
            return paths != null;
        }
        Fields fields =
                new Fields(now, ips, context.node().ips(), context.node().allocatable());
        String before = madeFor;
        madeFor = version;
        if (now.getSpec().getVolumes() == null || now.getSpec().getVolumes().isEmpty()) {
            paths = Map.of();
            return true;
        }
        try {
            paths = volumes.setUp(now, fields);
        } catch (VolumeException e) {
            madeFor = before;
            for (String message : e.messages()) context.events().warning(now, "FailedMount", message);
            retries.after(uid, pause);
            wakeAfter.accept(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            return paths != null; // a running Pod goes on with what it has
        }
        pause = FIRST_PAUSE;
        context.objects()
                .nextRefresh(uid)
                .ifPresent(at -> context.time()
                        .after(
                                Pace.UPKEEP,
                                Duration.between(context.time().instant(), at).plusSeconds(1),
                                () -> {
                                    refresh();
                                    wake.run();
                                }));
        return true;
    }

    /** Any thread. */
    Map<String, PodVolumes.LocalVolume> locals() {
        return volumes.locals();
    }

    void tearDown() throws IOException {
        volumes.tearDown();
    }
}
