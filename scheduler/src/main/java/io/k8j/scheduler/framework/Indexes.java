package io.k8j.scheduler.framework;

/**
 * What plugins of all profiles share.
 *
 * @param topologies numbers of domains
 * @param counts Pods of sets per node
 * @param terms terms of the Pods on nodes
 * @param namespaces labels of namespaces, kept by the scheduling thread
 */
public record Indexes(
        Topologies topologies, PodCounts counts, TermIndex terms, AffinityTerm.NamespaceLabels namespaces) {
    public static Indexes of(Nodes nodes, AffinityTerm.NamespaceLabels namespaces) {
        return new Indexes(new Topologies(nodes), new PodCounts(nodes, namespaces), new TermIndex(nodes), namespaces);
    }
}
