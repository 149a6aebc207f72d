package io.k8j.model.usage;

import io.k8j.model.api.ApiObject;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Tells what nodes and Pods use, as it was last measured. Never blocks. Safe for all threads. */
public interface UsageSource {
    /**
     * Usage by name of the node; nodes of which nothing is known yet are missing.
     *
     * @param nodes Node objects
     * @param pods all Pods; asked for only if the usage of a node is the sum of theirs
     */
    Map<String, NodeUsage> ofNodes(Collection<ApiObject> nodes, Supplier<Collection<ApiObject>> pods);

    /** What a running Pod uses; empty if nothing is known yet. */
    Optional<PodUsage> ofPod(ApiObject pod);
}
