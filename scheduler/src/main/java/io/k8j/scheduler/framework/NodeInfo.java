package io.k8j.scheduler.framework;

import io.fabric8.kubernetes.api.model.ContainerImage;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One node and the Pods on it, assumed ones included. Its resource amounts lie in the columns of {@link Nodes}, under
 * {@link #slot}. Belongs to the scheduling thread.
 */
public final class NodeInfo {
    private final Nodes nodes;
    private final String name;
    private final int slot;
    private final List<PodInfo> pods = new ArrayList<>();
    private final List<HostPort> hostPorts = new ArrayList<>();
    private final Map<String, Integer> claims = new HashMap<>();
    private Node node;
    private Map<String, String> labels = Map.of();
    private List<Taint> taints = List.of();
    private Map<String, Long> images = Map.of();
    private int podsWithTerms;
    private long replacedAt;

    NodeInfo(Nodes nodes, String name, int slot) {
        this.nodes = nodes;
        this.name = name;
        this.slot = slot;
    }

    void set(Node now) {
        node = now;
        labels = now == null || now.getMetadata().getLabels() == null
                ? Map.of()
                : now.getMetadata().getLabels();
        taints = now == null || now.getSpec() == null || now.getSpec().getTaints() == null
                ? List.of()
                : now.getSpec().getTaints();
        images = now == null ? Map.of() : imagesOf(now);
    }

    private static Map<String, Long> imagesOf(Node node) {
        if (node.getStatus() == null || node.getStatus().getImages() == null) {
            return Map.of();
        }
        Map<String, Long> sizes = new HashMap<>();
        for (ContainerImage image : node.getStatus().getImages()) {
            if (image.getNames() == null) continue; // its tag was given to another image
            for (String imageName : image.getNames()) {
                sizes.put(imageName, image.getSizeBytes() == null ? 0 : image.getSizeBytes());
            }
        }
        return sizes;
    }

    void add(PodInfo pod) {
        pods.add(pod);
        hostPorts.addAll(pod.hostPorts());
        podsWithTerms += pod.affinity().isEmpty() ? 0 : 1;
        count(pod, 1);
    }

    /** The Pod as it was added; null if it is not here. */
    PodInfo remove(String uid) {
        for (int i = pods.size() - 1; i >= 0; i--) {
            PodInfo pod = pods.get(i);
            if (pod.uid().equals(uid)) {
                pods.remove(i);
                pod.hostPorts().forEach(hostPorts::remove);
                podsWithTerms -= pod.affinity().isEmpty() ? 0 : 1;
                count(pod, -1);
                return pod;
            }
        }
        return null;
    }

    void replace(String uid, PodInfo now, long version) {
        replacedAt = version;
        for (int i = pods.size() - 1; i >= 0; i--) {
            if (pods.get(i).uid().equals(uid)) {
                pods.set(i, now);
                return;
            }
        }
    }

    long replacedAt() {
        return replacedAt;
    }

    private void count(PodInfo pod, int by) {
        for (int i = 0; i < pod.volumes().size(); i++) {
            if (pod.volumes().get(i).getPersistentVolumeClaim() != null) {
                String claim = pod.namespace() + "/"
                        + pod.volumes().get(i).getPersistentVolumeClaim().getClaimName();
                if (claims.merge(claim, by, Integer::sum) == 0) {
                    claims.remove(claim);
                }
            }
        }
    }

    public String name() {
        return name;
    }

    /** Index into columns; stays while the node exists. */
    public int slot() {
        return slot;
    }

    /** Null if Pods say they are on this node but the node is not known (yet). */
    public Node node() {
        return node;
    }

    public Map<String, String> labels() {
        return labels;
    }

    public List<Taint> taints() {
        return taints;
    }

    public boolean isUnschedulable() {
        return node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable());
    }

    /** In order of arrival; must not be changed. */
    public List<PodInfo> pods() {
        return pods;
    }

    public int podsWithTerms() {
        return podsWithTerms;
    }

    public List<HostPort> hostPorts() {
        return hostPorts;
    }

    /** How many Pods here use a claim, by {@code namespace/name}. */
    public int usesOfClaim(String claim) {
        return claims.getOrDefault(claim, 0);
    }

    public Map<String, Integer> claims() {
        return claims;
    }

    /** Bytes of images by name. */
    public Map<String, Long> images() {
        return images;
    }

    public long allocatable(int resource) {
        return nodes.allocatable(resource)[slot];
    }

    /** Sum of the Pods' requests. */
    public long requested(int resource) {
        return nodes.requested(resource)[slot];
    }

    public int allowedPods() {
        return nodes.allowedPods()[slot];
    }

    public long scoredCpu() {
        return nodes.scoredCpu()[slot];
    }

    public long scoredMemory() {
        return nodes.scoredMemory()[slot];
    }

    @Override
    public String toString() {
        return name;
    }
}
