package io.k8j.junit;

import io.k8j.store.RangeResult;

/**
 * All that a cluster had stored at one moment, from which any number of fresh clusters start, each with a control plane
 * of its own. What was not stored is not in it: containers start again, and the clock runs on from where it was. Safe for
 * all threads.
 */
public final class K8jSnapshot {
    private final K8jOptions options;
    private final RangeResult.Page state;

    K8jSnapshot(K8jOptions options, RangeResult.Page state) {
        this.options = options;
        this.state = state;
    }

    /** Starts a fresh cluster with everything that was stored; definitions and manifests are not applied again. */
    public K8jCluster start() {
        return K8jCluster.start(options, state);
    }
}
