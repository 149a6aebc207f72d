package io.k8j.kubelet.eviction;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.ContainerStats;
import io.k8j.kubelet.pods.Labels;
import io.k8j.kubelet.pods.PodWorkers;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every ten seconds whether the node runs short of something, and evicts one Pod if it does and unused images do
 * not help. One virtual thread at a time.
 */
public final class PressureRelief implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PressureRelief.class);
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final Supplier<Signals> signals;
    private final Runnable freeDisk;
    private final ContainerRuntime runtime;
    private final PodWorkers pods;
    private final Time time;
    private volatile Time.Timer next = () -> {};
    private volatile boolean closed;

    private PressureRelief(
            Supplier<Signals> signals, Runnable freeDisk, ContainerRuntime runtime, PodWorkers pods, Time time) {
        this.signals = signals;
        this.freeDisk = freeDisk;
        this.runtime = runtime;
        this.pods = pods;
        this.time = time;
    }

    /**
     * Begins.
     *
     * @param freeDisk removes what nobody needs; blocks
     */
    public static PressureRelief start(
            Supplier<Signals> signals, Runnable freeDisk, ContainerRuntime runtime, PodWorkers pods, Time time) {
        PressureRelief relief = new PressureRelief(signals, freeDisk, runtime, pods, time);
        relief.later();
        return relief;
    }

    private void later() {
        if (closed) return;
        next = time.after(
                PERIOD,
                () -> Thread.ofVirtual().name("eviction").start(() -> {
                    try {
                        look();
                    } catch (RuntimeFailure e) {
                        log.atDebug()
                                .addKeyValue("cause", e.getMessage())
                                .log("use of resources not known, look again");
                    } catch (RuntimeException e) {
                        log.atError().setCause(e).log("eviction failed, try again");
                    } finally {
                        later();
                    }
                }));
    }

    /** Looks once; evicts one Pod at most, since that may be enough. */
    void look() {
        for (Shortage shortage : signals.get().shortages()) {
            if (shortage.resource().equals("ephemeral-storage")) {
                freeDisk.run();
                if (!signals.get().isShortOf(shortage.resource())) continue;
            }
            Map<String, Map<String, Long>> use = use(shortage.resource());
            List<Ranking.Candidate> candidates = pods.evictable().stream()
                    .map(pod -> new Ranking.Candidate(
                            pod, use.getOrDefault(pod.getMetadata().getUid(), Map.of())))
                    .toList();
            var first = Ranking.first(candidates, shortage);
            if (first.isEmpty()) {
                log.atWarn()
                        .addKeyValue("resource", shortage.resource())
                        .log("the node is short of a resource and no pod can be evicted");
                continue;
            }
            Pod pod = first.get().pod();
            log.atWarn()
                    .addKeyValue(
                            "pod",
                            pod.getMetadata().getNamespace() + "/"
                                    + pod.getMetadata().getName())
                    .addKeyValue("resource", shortage.resource())
                    .log("evict pod");
            pods.evict(pod.getMetadata().getUid(), Ranking.message(first.get(), shortage));
            return;
        }
    }

    /** Bytes in use, by Pod and container. */
    private Map<String, Map<String, Long>> use(String resource) {
        Map<String, Map<String, Long>> use = new HashMap<>();
        for (ContainerStats stats : runtime.containerStats()) {
            Map<String, String> labels = stats.getAttributes().getLabelsMap();
            long bytes = resource.equals("memory")
                    ? stats.getMemory().getWorkingSetBytes().getValue()
                    : stats.getWritableLayer().getUsedBytes().getValue();
            use.computeIfAbsent(labels.getOrDefault(Labels.POD_UID, ""), uid -> new HashMap<>())
                    .merge(labels.getOrDefault(Labels.CONTAINER_NAME, ""), bytes, Long::sum);
        }
        return use;
    }

    @Override
    public void close() {
        closed = true;
        next.cancel();
    }
}
