package io.k8j.scheduler.framework;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.Volume;
import io.k8j.client.ObjectKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A Pod with what scheduling asks of it again and again, computed once. Immutable, safe for all threads. */
public final class PodInfo {
    private static final int[] NO_IDS = {};
    private static final long[] NO_AMOUNTS = {};

    private final Pod pod;
    private final ObjectKey key;
    private final String nodeName;
    private final int[] resources;
    private final long[] amounts;
    private final long scoredCpu;
    private final long scoredMemory;
    private final List<HostPort> hostPorts;
    private final List<String> images;
    private final NodeSelection requiredNodes;
    private final AffinityTerms affinity;
    private Object spreading; // computed on demand, too
    private LocalSpec localSpec; // computed on demand; a second computation gives an equal one

    private PodInfo(PodInfo of, Pod pod, String nodeName) {
        this.pod = pod;
        this.key = of.key;
        this.nodeName = nodeName;
        this.resources = of.resources;
        this.amounts = of.amounts;
        this.scoredCpu = of.scoredCpu;
        this.scoredMemory = of.scoredMemory;
        this.hostPorts = of.hostPorts;
        this.images = of.images;
        this.requiredNodes = of.requiredNodes;
        this.affinity = of.affinity;
        this.localSpec = of.localSpec;
        this.spreading = of.spreading;
    }

    public PodInfo(ResourceNames names, Pod pod) {
        this.pod = pod;
        this.key = ObjectKey.of(pod);
        PodSpec spec = pod.getSpec();
        this.nodeName = spec.getNodeName() == null ? "" : spec.getNodeName();
        PodRequests requests = new PodRequests(names, pod);
        Amounts wanted = requests.count(false);
        int count = 0;
        for (int id = 0; id < wanted.length(); id++) {
            count += wanted.get(id) > 0 ? 1 : 0;
        }
        this.resources = count == 0 ? NO_IDS : new int[count];
        this.amounts = count == 0 ? NO_AMOUNTS : new long[count];
        for (int id = 0, at = 0; id < wanted.length(); id++) {
            if (wanted.get(id) > 0) {
                resources[at] = id;
                amounts[at++] = wanted.get(id);
            }
        }
        Amounts scored = requests.count(true);
        this.scoredCpu = scored.get(ResourceNames.CPU);
        this.scoredMemory = scored.get(ResourceNames.MEMORY);
        this.hostPorts = HostPort.of(spec);
        this.images = imagesOf(spec);
        this.requiredNodes = spec.getAffinity() == null || spec.getAffinity().getNodeAffinity() == null
                ? null
                : NodeSelection.of(
                        spec.getAffinity().getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution());
        this.affinity = AffinityTerms.of(pod);
    }

    private static List<String> imagesOf(PodSpec spec) {
        List<String> images = new ArrayList<>(spec.getContainers().size());
        for (Container container : spec.getInitContainers()) {
            images.add(ImageNames.normalized(container.getImage()));
        }
        for (Container container : spec.getContainers()) {
            images.add(ImageNames.normalized(container.getImage()));
        }
        return images;
    }

    /** The same Pod as if it were on that node. */
    public PodInfo assignedTo(String node) {
        return new PodInfo(this, pod, node);
    }

    /** Shared, must not be changed. */
    public Pod pod() {
        return pod;
    }

    public ObjectKey key() {
        return key;
    }

    public String namespace() {
        return key.namespace();
    }

    public String uid() {
        return pod.getMetadata().getUid() == null ? "" : pod.getMetadata().getUid();
    }

    public Map<String, String> labels() {
        Map<String, String> labels = pod.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    /** Node of the Pod, in truth or by assumption; empty if it has none. */
    public String nodeName() {
        return nodeName;
    }

    public int priority() {
        return pod.getSpec().getPriority() == null ? 0 : pod.getSpec().getPriority();
    }

    public String schedulerName() {
        String name = pod.getSpec().getSchedulerName();
        return name == null || name.isEmpty() ? "default-scheduler" : name;
    }

    /** The PodGroup that the Pod says it belongs to; null if it names none. */
    public String groupName() {
        return pod.getSpec().getSchedulingGroup() == null
                ? null
                : pod.getSpec().getSchedulingGroup().getPodGroupName();
    }

    /** Node that was made free for this Pod; empty if none. */
    public String nominatedNode() {
        String name = pod.getStatus() == null ? null : pod.getStatus().getNominatedNodeName();
        return name == null ? "" : name;
    }

    public boolean isBeingDeleted() {
        return pod.getMetadata().getDeletionTimestamp() != null;
    }

    public boolean isTerminal() {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return "Succeeded".equals(phase) || "Failed".equals(phase);
    }

    /** Numbers of the resources that this Pod requests with more than 0; must not be changed. */
    public int[] resources() {
        return resources;
    }

    /** Amounts of {@link #resources}, in the same order; must not be changed. */
    public long[] amounts() {
        return amounts;
    }

    /** The request for a resource; 0 if there is none. */
    public long request(int resource) {
        for (int i = 0; i < resources.length; i++) {
            if (resources[i] == resource) {
                return amounts[i];
            }
        }
        return 0;
    }

    /** Milli-CPU with a default for containers that request none: what scores count with. */
    public long scoredCpu() {
        return scoredCpu;
    }

    /** Bytes with a default for containers that request none: what scores count with. */
    public long scoredMemory() {
        return scoredMemory;
    }

    public List<HostPort> hostPorts() {
        return hostPorts;
    }

    /** Full names of the images of all containers. */
    public List<String> images() {
        return images;
    }

    public List<Toleration> tolerations() {
        return pod.getSpec().getTolerations();
    }

    public List<Volume> volumes() {
        return pod.getSpec().getVolumes();
    }

    /** Required node affinity, without the node selector; null if there is none. */
    public NodeSelection requiredNodes() {
        return requiredNodes;
    }

    /** Whether node selector and required node affinity let the Pod run on the node. */
    public boolean selects(NodeInfo node) {
        Map<String, String> wanted = pod.getSpec().getNodeSelector();
        if (wanted != null && !wanted.isEmpty()) {
            for (Map.Entry<String, String> label : wanted.entrySet()) {
                if (!label.getValue().equals(node.labels().get(label.getKey()))) {
                    return false;
                }
            }
        }
        return requiredNodes == null || requiredNodes.matches(node.name(), node.labels());
    }

    public boolean hasNodeRequirements() {
        Map<String, String> wanted = pod.getSpec().getNodeSelector();
        return requiredNodes != null || (wanted != null && !wanted.isEmpty());
    }

    /** What local plugins look at. */
    public LocalSpec localSpec() {
        LocalSpec known = localSpec;
        if (known == null) {
            known = new LocalSpec(this);
            localSpec = known;
        }
        return known;
    }

    /**
     * Keeps what the plugin for spreading computes from this Pod alone.
     *
     * @param compute always the same function
     */
    @SuppressWarnings("unchecked")
    public <T> T spreading(Function<PodInfo, T> compute) {
        Object known = spreading;
        if (known == null) {
            known = compute.apply(this);
            spreading = known;
        }
        return (T) known;
    }

    /** Whether both make the same difference on their node, such as two versions of a Pod whose status has changed. */
    public boolean countsLike(PodInfo other) {
        return nodeName.equals(other.nodeName)
                && isBeingDeleted() == other.isBeingDeleted()
                && scoredCpu == other.scoredCpu
                && scoredMemory == other.scoredMemory
                && Arrays.equals(resources, other.resources)
                && Arrays.equals(amounts, other.amounts)
                && hostPorts.equals(other.hostPorts)
                && labels().equals(other.labels())
                && affinity.equals(other.affinity)
                && volumes().equals(other.volumes());
    }

    /** Terms about other Pods. */
    public AffinityTerms affinity() {
        return affinity;
    }

    @Override
    public String toString() {
        return key.toString();
    }
}
