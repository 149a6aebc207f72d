package io.k8j.kubelet.eviction;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.pods.PodWorkers;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every ten seconds whether a Pod takes more of the disk than it may, and whether the node runs short of something;
 * evicts one Pod if it does and unused images do not help. One virtual thread at a time.
 */
public final class PressureRelief implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PressureRelief.class);
    private static final Duration PERIOD = Duration.ofSeconds(10);
    /** What an evicted Pod gets to end, unless a soft threshold gives it more. */
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    /**
     * What the node can be asked and told.
     *
     * @param observe measures what is left
     * @param freeDisk removes what nobody needs; blocks
     * @param warn records an event about the node: reason and message
     */
    public record NodeSide(
            Supplier<Map<Signal, Observation>> observe, Runnable freeDisk, Consumer<List<String>> warn) {}

    private final EvictionConfig config;
    private final NodeSide node;
    private final PodWorkers pods;
    private final PodUses uses;
    private final Time time;
    private final Pressure pressure;
    private volatile Set<String> conditions = Set.of();
    private volatile Time.Timer next = () -> {};
    private volatile boolean closed;

    private PressureRelief(EvictionConfig config, NodeSide node, ContainerRuntime runtime, PodWorkers pods, Time time) {
        this.config = config;
        this.node = node;
        this.pods = pods;
        this.uses = new PodUses(runtime, pods);
        this.time = time;
        this.pressure = new Pressure(config);
    }

    /** Begins. */
    public static PressureRelief start(
            EvictionConfig config, NodeSide node, ContainerRuntime runtime, PodWorkers pods, Time time) {
        PressureRelief relief = new PressureRelief(config, node, runtime, pods, time);
        relief.later();
        return relief;
    }

    /** Types of the Node's pressure conditions that are true, as of the last look. */
    public Set<String> conditions() {
        return conditions;
    }

    private void later() {
        if (closed) return;
        next = time.after(
                // Under pressure, spans of grace end; without, looks find what they found before.
                conditions.isEmpty() ? Pace.LOOK : Pace.EXACT,
                PERIOD,
                () -> Thread.ofVirtual().name("eviction").start(() -> {
                    try {
                        look();
                    } catch (RuntimeFailure | IOException e) {
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

    /** Looks once; evicts one Pod at most for the node's sake, since that may be enough. */
    void look() throws IOException {
        Instant observed = time.instant();
        Pressure.Verdict verdict = pressure.look(node.observe().get(), observed);
        conditions = verdict.conditions();
        if (evictedForLimits()) return; // which may have been what the node lacked
        for (Threshold threshold : verdict.due()) {
            Signal signal = threshold.signal();
            node.warn().accept(List.of("EvictionThresholdMet", "Attempting to reclaim " + signal.resource()));
            if (signal.isDisk()) {
                node.freeDisk().run();
                if (!Pressure.isMetStill(threshold, node.observe().get())) return;
            }
            if (evictOne(threshold)) {
                countAges(verdict.due(), observed);
                return;
            }
        }
    }

    private void countAges(List<Threshold> met, Instant observed) {
        long age = Duration.between(observed, time.instant()).toNanos();
        for (Threshold threshold : met)
            pods.nodeMetrics().thresholdMet(threshold.signal().text(), age);
    }

    private boolean evictedForLimits() throws IOException {
        List<Pod> limited = pods.evictable().stream()
                .filter(pod -> StorageLimits.apply(pod) && !Ranking.isCritical(pod))
                .toList();
        if (limited.isEmpty()) return false;
        Map<String, PodUse> found = uses.of(limited, true);
        boolean any = false;
        for (Pod pod : limited) {
            Optional<StorageLimits.Excess> why =
                    StorageLimits.exceeded(pod, found.get(pod.getMetadata().getUid()));
            if (why.isEmpty()) continue;
            tell(pod, "ephemeral-storage");
            pods.nodeMetrics().evicted(why.get().signal());
            pods.evictForLimit(pod.getMetadata().getUid(), why.get().message(), AT_ONCE);
            any = true;
        }
        return any;
    }

    private boolean evictOne(Threshold threshold) throws IOException {
        String resource = threshold.signal().resource();
        List<Pod> evictable = pods.evictable();
        Map<String, PodUse> found = resource.equals("pids")
                ? uses.processes(evictable)
                : uses.of(evictable, threshold.signal().isDisk());
        List<Ranking.Candidate> candidates = evictable.stream()
                .map(pod -> new Ranking.Candidate(
                        pod, found.getOrDefault(pod.getMetadata().getUid(), PodUse.NOTHING)))
                .toList();
        Optional<Ranking.Candidate> first = Ranking.first(candidates, resource);
        if (first.isEmpty()) {
            log.atWarn().addKeyValue("resource", resource).log("node is short of a resource, no pod can be evicted");
            return false;
        }
        Observation seen = node.observe().get().get(threshold.signal());
        Duration grace = threshold.isSoft() ? Duration.ofSeconds(config.maxPodGraceSeconds()) : AT_ONCE;
        Pod pod = first.get().pod();
        tell(pod, resource);
        pods.nodeMetrics().evicted(threshold.signal().text());
        pods.evict(pod.getMetadata().getUid(), Ranking.message(first.get(), threshold, seen), grace);
        return true;
    }

    private static void tell(Pod pod, String resource) {
        log.atWarn()
                .addKeyValue("pod", ObjectKey.of(pod))
                .addKeyValue("resource", resource)
                .log("evict pod");
    }

    @Override
    public void close() {
        closed = true;
        next.cancel();
    }
}
