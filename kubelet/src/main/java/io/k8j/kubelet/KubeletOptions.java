package io.k8j.kubelet;

import io.k8j.kubelet.eviction.EvictionConfig;
import io.k8j.kubelet.manifests.ManifestConfig;
import io.k8j.kubelet.shutdown.ShutdownConfig;
import java.net.InetSocketAddress;

/**
 * Settings that few change.
 *
 * @param eviction when Pods are ended for the node's sake
 * @param manifests where static Pods come from
 * @param shutdown how long Pods get when the node goes down
 * @param healthz where anyone may ask without TLS whether the agent is well (--healthz-bind-address, --healthz-port);
 *     null for nowhere
 */
public record KubeletOptions(
        EvictionConfig eviction, ManifestConfig manifests, ShutdownConfig shutdown, InetSocketAddress healthz) {
    /** Upstream's, but for the port, which only one agent of a machine can have. */
    public static final KubeletOptions DEFAULTS =
            new KubeletOptions(EvictionConfig.DEFAULTS, ManifestConfig.NONE, ShutdownConfig.NONE, null);

    public KubeletOptions withManifests(ManifestConfig other) {
        return new KubeletOptions(eviction, other, shutdown, healthz);
    }

    public KubeletOptions withShutdown(ShutdownConfig other) {
        return new KubeletOptions(eviction, manifests, other, healthz);
    }

    public KubeletOptions withHealthz(InetSocketAddress other) {
        return new KubeletOptions(eviction, manifests, shutdown, other);
    }
}
