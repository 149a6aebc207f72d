package io.k8j.apiserver.admission;

import io.k8j.apiserver.validation.Place;
import io.k8j.model.json.Trees;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** The labels that a kubelet may give its own node: with others it could draw workloads to itself. */
final class NodeLabels {
    private static final Set<String> KUBELET_LABELS = Set.of(
            "beta.kubernetes.io/instance-type",
            "beta.kubernetes.io/os",
            "beta.kubernetes.io/arch",
            "failure-domain.beta.kubernetes.io/region",
            "failure-domain.beta.kubernetes.io/zone",
            "kubernetes.io/os",
            "kubernetes.io/arch",
            "kubernetes.io/hostname",
            "node.kubernetes.io/instance-type",
            "topology.kubernetes.io/region",
            "topology.kubernetes.io/zone");

    private NodeLabels() {}

    /** Keys that were added, changed or removed though a kubelet may not; sorted. */
    static SortedSet<String> forbiddenChanges(Place now, Place before) {
        SortedSet<String> changed = new TreeSet<>();
        Place a = now.at("metadata", "labels");
        Place b = before.at("metadata", "labels");
        a.map().forEach((key, value) -> {
            if (!Trees.deepEquals(value, b.field(key).value())) {
                changed.add(key);
            }
        });
        b.map().keySet().stream().filter(key -> a.field(key).absent()).forEach(changed::add);
        changed.removeIf(label -> !isForbidden(label));
        return changed;
    }

    private static boolean isForbidden(String label) {
        int slash = label.indexOf('/');
        String domain = slash < 0 ? "" : label.substring(0, slash);
        if (isIn(domain, "node-restriction.kubernetes.io")) {
            return true;
        }
        boolean upstreams = isIn(domain, "kubernetes.io") || isIn(domain, "k8s.io");
        boolean kubelets = KUBELET_LABELS.contains(label)
                || isIn(domain, "kubelet.kubernetes.io")
                || isIn(domain, "node.kubernetes.io");
        return upstreams && !kubelets;
    }

    private static boolean isIn(String domain, String parent) {
        return domain.equals(parent) || domain.endsWith("." + parent);
    }
}
