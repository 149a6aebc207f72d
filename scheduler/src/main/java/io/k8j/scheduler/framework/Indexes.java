package io.k8j.scheduler.framework;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What plugins of all profiles share.
 *
 * @param topologies numbers of domains
 * @param counts Pods of sets per node
 * @param terms terms of the Pods on nodes
 * @param namespaces labels of namespaces, kept by the scheduling thread
 * @param others what a plugin's instances share, by its class; filled while plugins are made
 */
public record Indexes(
        Topologies topologies,
        PodCounts counts,
        TermIndex terms,
        AffinityTerm.NamespaceLabels namespaces,
        Map<Class<?>, Object> others) {
    public static Indexes of(Nodes nodes, AffinityTerm.NamespaceLabels namespaces) {
        return new Indexes(
                new Topologies(nodes),
                new PodCounts(nodes, namespaces),
                new TermIndex(nodes),
                namespaces,
                new HashMap<>());
    }

    /** The one instance of a class that plugins of all profiles share; made on first use. */
    public <T> T shared(Class<T> type, Supplier<T> create) {
        return type.cast(others.computeIfAbsent(type, t -> create.get()));
    }
}
