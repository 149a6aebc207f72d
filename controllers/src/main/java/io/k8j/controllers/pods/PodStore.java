package io.k8j.controllers.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The controllers' common copy of all Pods, with the indexes that they share. Objects must not be changed. */
public final class PodStore {
    private final Informer<Pod> informer;
    private final Informer.Index<Pod> byOwner;
    private final Informer.Index<Pod> byNamespace;
    private final Informer.Index<Pod> byNode;

    public PodStore(Informer<Pod> informer) {
        this.informer = informer;
        this.byOwner = informer.index(pod -> {
            String owner = Owners.controllerUid(pod);
            return List.of(owner.isEmpty() ? "orphan:" + Nulls.namespace(pod) : owner);
        });
        this.byNamespace = informer.index(pod -> List.of(Nulls.namespace(pod)));
        this.byNode = informer.index(
                pod -> Pods.isScheduled(pod) ? List.of(pod.getSpec().getNodeName()) : List.of());
    }

    public Informer<Pod> informer() {
        return informer;
    }

    public Optional<Pod> get(ObjectKey key) {
        return informer.get(key);
    }

    public List<Pod> controlledBy(String ownerUid) {
        return byOwner.get(ownerUid);
    }

    /** Pods without a controller. */
    public List<Pod> orphans(String namespace) {
        return byOwner.get("orphan:" + namespace);
    }

    /** Those that belong to the owner or could be adopted by it. */
    public List<Pod> candidates(String namespace, String ownerUid) {
        List<Pod> candidates = new ArrayList<>(controlledBy(ownerUid));
        candidates.addAll(orphans(namespace));
        return candidates;
    }

    public List<Pod> inNamespace(String namespace) {
        return byNamespace.get(namespace);
    }

    public boolean hasAny(String namespace) {
        return byNamespace.has(namespace);
    }

    public List<Pod> onNode(String node) {
        return byNode.get(node);
    }
}
