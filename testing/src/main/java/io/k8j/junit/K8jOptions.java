package io.k8j.junit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a cluster is to have. Immutable; each method answers a changed copy.
 *
 * @param nodes simulated nodes, each with the real kubelet
 * @param lightNodes nodes that are only played, for scale; they start after the others
 * @param clock instant at which the cluster's clock begins; null: now
 * @param frozen whether the clock stands still from the beginning
 * @param without components to leave out
 * @param apiServerFlags flags of upstream's kube-apiserver
 * @param schedulerFlags flags of upstream's kube-scheduler
 * @param crds files with CustomResourceDefinitions, served when the cluster is handed out
 * @param manifests files with any objects, applied after the definitions
 */
public record K8jOptions(
        int nodes,
        int lightNodes,
        Instant clock,
        boolean frozen,
        Set<String> without,
        List<String> apiServerFlags,
        List<String> schedulerFlags,
        List<String> crds,
        List<String> manifests) {
    /** One node and nothing else. */
    public static final K8jOptions DEFAULTS =
            new K8jOptions(1, 0, null, false, Set.of(), List.of(), List.of(), List.of(), List.of());

    public K8jOptions {
        without = Set.copyOf(without);
        apiServerFlags = List.copyOf(apiServerFlags);
        schedulerFlags = List.copyOf(schedulerFlags);
        crds = List.copyOf(crds);
        manifests = List.copyOf(manifests);
        if (nodes < 0) throw new IllegalArgumentException("nodes: %d must not be negative".formatted(nodes));
        if (lightNodes < 0) {
            throw new IllegalArgumentException("lightNodes: %d must not be negative".formatted(lightNodes));
        }
        for (String component : new TreeSet<>(without)) {
            if (!Set.of("controllers", "scheduler", "metrics-server").contains(component)) {
                throw new IllegalArgumentException(
                        "without %s: must be controllers, scheduler or metrics-server".formatted(component));
            }
        }
    }

    /** How many simulated nodes it has; one unless said otherwise. */
    public K8jOptions withNodes(int count) {
        return new K8jOptions(
                count, lightNodes, clock, frozen, without, apiServerFlags, schedulerFlags, crds, manifests);
    }

    /** Nodes without a kubelet, by the thousand; see {@link io.k8j.kubelet.fleet.Fleet}. */
    public K8jOptions withLightNodes(int count) {
        return new K8jOptions(nodes, count, clock, frozen, without, apiServerFlags, schedulerFlags, crds, manifests);
    }

    /** The instant at which the cluster's clock begins, instead of now. */
    public K8jOptions withClock(Instant start) {
        return new K8jOptions(
                nodes, lightNodes, start, frozen, without, apiServerFlags, schedulerFlags, crds, manifests);
    }

    /** Lets the clock stand still once the nodes are ready; {@link K8jCluster#advance} moves it. */
    public K8jOptions withVirtualTime() {
        return new K8jOptions(nodes, lightNodes, clock, true, without, apiServerFlags, schedulerFlags, crds, manifests);
    }

    /** Components to leave out: {@code controllers}, {@code scheduler}. */
    public K8jOptions without(String... components) {
        return new K8jOptions(
                nodes, lightNodes, clock, frozen, Set.of(components), apiServerFlags, schedulerFlags, crds, manifests);
    }

    /** Flags of upstream's kube-apiserver, such as {@code anonymous-auth=false}; added to those given before. */
    public K8jOptions withApiServerFlags(String... flags) {
        return new K8jOptions(
                nodes,
                lightNodes,
                clock,
                frozen,
                without,
                plus(apiServerFlags, flags),
                schedulerFlags,
                crds,
                manifests);
    }

    /** Flags of upstream's kube-scheduler: {@code config=FILE}, a KubeSchedulerConfiguration. */
    public K8jOptions withSchedulerFlags(String... flags) {
        return new K8jOptions(
                nodes,
                lightNodes,
                clock,
                frozen,
                without,
                apiServerFlags,
                plus(schedulerFlags, flags),
                crds,
                manifests);
    }

    /**
     * Files with CustomResourceDefinitions, which are served when the cluster is handed out.
     *
     * @param locations paths in the file system, or {@code classpath:} and a resource's path
     */
    public K8jOptions withCrds(String... locations) {
        return new K8jOptions(
                nodes,
                lightNodes,
                clock,
                frozen,
                without,
                apiServerFlags,
                schedulerFlags,
                plus(crds, locations),
                manifests);
    }

    /** Files with any objects, applied after the definitions; locations as in {@link #withCrds}. */
    public K8jOptions withManifests(String... locations) {
        return new K8jOptions(
                nodes,
                lightNodes,
                clock,
                frozen,
                without,
                apiServerFlags,
                schedulerFlags,
                crds,
                plus(manifests, locations));
    }

    private static List<String> plus(List<String> some, String... more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(List.of(more));
        return all;
    }

    /** Starts it; when this returns the API answers, and nodes, controllers and scheduler are about to. */
    public K8jCluster start() {
        return K8jCluster.start(this, null);
    }
}
