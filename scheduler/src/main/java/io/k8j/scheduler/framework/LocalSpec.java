package io.k8j.scheduler.framework;

import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * All of a Pod that local plugins look at: Pods with equal ones get equal answers about a node. Immutable, with its hash
 * computed once.
 */
public final class LocalSpec {
    private final String nodeName;
    private final Map<String, String> nodeSelector;
    private final NodeAffinity affinity;
    private final List<Toleration> tolerations;
    private final List<HostPort> hostPorts;
    private final List<String> images;
    private final int[] resources;
    private final long[] amounts;
    private final long scoredCpu;
    private final long scoredMemory;
    private final String schedulerName;
    private final int hash;

    LocalSpec(PodInfo pod) {
        PodSpec spec = pod.pod().getSpec();
        this.nodeName = spec.getNodeName();
        this.nodeSelector = spec.getNodeSelector();
        this.affinity = spec.getAffinity() == null ? null : spec.getAffinity().getNodeAffinity();
        this.tolerations = spec.getTolerations();
        this.hostPorts = pod.hostPorts();
        this.images = pod.images();
        this.resources = pod.resources();
        this.amounts = pod.amounts();
        this.scoredCpu = pod.scoredCpu();
        this.scoredMemory = pod.scoredMemory();
        this.schedulerName = pod.schedulerName();
        this.hash = Objects.hash(
                nodeName,
                nodeSelector,
                affinity,
                tolerations,
                hostPorts,
                images,
                Arrays.hashCode(resources),
                Arrays.hashCode(amounts),
                scoredCpu,
                scoredMemory,
                schedulerName);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof LocalSpec other
                && hash == other.hash
                && scoredCpu == other.scoredCpu
                && scoredMemory == other.scoredMemory
                && Arrays.equals(resources, other.resources)
                && Arrays.equals(amounts, other.amounts)
                && Objects.equals(nodeName, other.nodeName)
                && Objects.equals(nodeSelector, other.nodeSelector)
                && Objects.equals(affinity, other.affinity)
                && Objects.equals(tolerations, other.tolerations)
                && hostPorts.equals(other.hostPorts)
                && images.equals(other.images)
                && schedulerName.equals(other.schedulerName);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
