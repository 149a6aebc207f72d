package io.k8j.kubelet.shutdown;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.pods.PodWorkers;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends all Pods of a node that goes down. Thread-safe. */
public final class NodeShutdown {
    private static final Logger log = LoggerFactory.getLogger(NodeShutdown.class);

    private final ShutdownConfig config;
    private final PodWorkers pods;
    private volatile boolean begun;

    /** Does nothing until {@link #run}. */
    public NodeShutdown(ShutdownConfig config, PodWorkers pods) {
        this.config = config;
        this.pods = pods;
    }

    /** Whether the node goes down. */
    public boolean isUnderWay() {
        return begun;
    }

    /**
     * Ends the Pods, and returns when all have ended or the time is over. Pods that come meanwhile are refused.
     *
     * @param tell makes known that the node goes down
     */
    public void run(Runnable tell) throws InterruptedException {
        if (config.total().isZero()) return;
        begun = true;
        pods.refuseNew();
        tell.run();
        for (ShutdownPlan.Group group : ShutdownPlan.of(pods.pods(), config)) {
            log.atInfo()
                    .addKeyValue("pods", group.pods().size())
                    .addKeyValue("seconds", group.period().toSeconds())
                    .log("node goes down, end pods");
            List<String> uids = group.pods().stream()
                    .map((Pod pod) -> pod.getMetadata().getUid())
                    .toList();
            if (!pods.terminate(uids, group.period())) {
                log.atWarn().log("pods have not ended in time, the node goes down nevertheless");
            }
        }
    }

    /** The machine goes on after all: Pods may come again. */
    public void calledOff(Runnable tell) {
        begun = false;
        pods.acceptNew();
        tell.run();
    }
}
