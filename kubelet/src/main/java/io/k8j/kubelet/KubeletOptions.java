package io.k8j.kubelet;

import io.k8j.kubelet.eviction.EvictionConfig;
import io.k8j.kubelet.manifests.ManifestConfig;
import io.k8j.kubelet.shutdown.ShutdownConfig;

/**
 * Settings that few change.
 *
 * @param eviction when Pods are ended for the node's sake
 * @param manifests where static Pods come from
 * @param shutdown how long Pods get when the node goes down
 */
public record KubeletOptions(EvictionConfig eviction, ManifestConfig manifests, ShutdownConfig shutdown) {
    /** Upstream's. */
    public static final KubeletOptions DEFAULTS =
            new KubeletOptions(EvictionConfig.DEFAULTS, ManifestConfig.NONE, ShutdownConfig.NONE);

    public KubeletOptions withEviction(EvictionConfig other) {
        return new KubeletOptions(other, manifests, shutdown);
    }

    public KubeletOptions withManifests(ManifestConfig other) {
        return new KubeletOptions(eviction, other, shutdown);
    }

    public KubeletOptions withShutdown(ShutdownConfig other) {
        return new KubeletOptions(eviction, manifests, other);
    }
}
