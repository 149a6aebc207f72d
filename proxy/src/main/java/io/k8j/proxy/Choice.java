package io.k8j.proxy;

import java.util.List;
import java.util.function.Predicate;

/**
 * Which backends take traffic: those for policy {@code Cluster} and those for policy {@code Local}.
 *
 * @param cluster for policy Cluster: ready ones by topology, else those that terminate but still serve
 * @param local for policy Local: ready ones on this node, else those on it that terminate but still serve
 * @param any whether any node has a backend to use; without one, traffic is rejected and not dropped
 */
record Choice(List<Backend> cluster, List<Backend> local, boolean any) {
    static Choice of(List<Backend> all, NodeView node, boolean usesCluster, boolean usesLocal) {
        List<Backend> cluster = List.of();
        if (usesCluster) {
            cluster = filter(all, topology(all, node));
            if (cluster.isEmpty()) cluster = filter(all, Backend::lastResort);
        }
        List<Backend> local = List.of();
        if (usesLocal) {
            local = filter(all, b -> b.local() && b.usable());
            if (local.isEmpty()) local = filter(all, b -> b.local() && b.lastResort());
        }
        boolean any = !cluster.isEmpty() || (usesLocal && all.stream().anyMatch(b -> b.usable() || b.lastResort()));
        return new Choice(cluster, local, any);
    }

    /** Ready ones; narrowed by hints for nodes or zones only if every ready one has a hint and one of them fits. */
    private static Predicate<Backend> topology(List<Backend> all, NodeView node) {
        List<Backend> ready = filter(all, Backend::usable);
        if (!ready.isEmpty() && ready.stream().noneMatch(b -> b.nodes().isEmpty())) {
            Predicate<Backend> here = b -> b.usable() && b.nodes().contains(node.nodeName());
            if (ready.stream().anyMatch(here)) return here;
        }
        if (!ready.isEmpty()
                && !node.zone().isEmpty()
                && ready.stream().noneMatch(b -> b.zones().isEmpty())) {
            Predicate<Backend> near = b -> b.usable() && b.zones().contains(node.zone());
            if (ready.stream().anyMatch(near)) return near;
        }
        return Backend::usable;
    }

    private static List<Backend> filter(List<Backend> all, Predicate<Backend> wanted) {
        return all.stream().filter(wanted).toList();
    }
}
