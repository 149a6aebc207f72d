package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceSpec;
import io.k8j.model.quantity.Quantity;
import io.k8j.scheduler.framework.NodeSelection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A version of a ResourceSlice as the search reads it. */
public final class PublishedSlice {
    final String name;
    final PoolId pool;
    final long generation;
    final long slicesOfPool;
    final String node;
    final NodeSelector nodeSelector;
    final boolean perDevice;
    final List<PublishedDevice> devices = new ArrayList<>();
    /** By counter set, then by counter. */
    final Map<String, Map<String, Quantity>> counterSets = new LinkedHashMap<>();

    final String repeatedCounterSet;
    final boolean bindsLate;

    private final boolean onAllNodes;
    private final NodeSelection nodes;

    public PublishedSlice(ResourceSlice slice) {
        ResourceSliceSpec spec = slice.getSpec();
        this.name = slice.getMetadata().getName();
        this.pool = new PoolId(spec.getDriver(), spec.getPool().getName());
        this.generation = orZero(spec.getPool().getGeneration());
        this.slicesOfPool = orZero(spec.getPool().getResourceSliceCount());
        this.node = spec.getNodeName() == null ? "" : spec.getNodeName();
        this.nodeSelector = spec.getNodeSelector();
        this.nodes = NodeSelection.of(nodeSelector);
        this.onAllNodes = Boolean.TRUE.equals(spec.getAllNodes());
        this.perDevice = Boolean.TRUE.equals(spec.getPerDeviceNodeSelection());
        for (Device device : spec.getDevices()) {
            devices.add(new PublishedDevice(spec.getDriver(), spec.getPool().getName(), device));
        }
        String repeated = null;
        for (CounterSet set : spec.getSharedCounters()) {
            Map<String, Quantity> counters = Amounts.of(set.getCounters(), counter -> counter.getValue());
            if (counterSets.put(set.getName(), counters) != null) {
                repeated = set.getName();
            }
        }
        this.repeatedCounterSet = repeated;
        this.bindsLate = devices.stream().anyMatch(d -> !d.bindingConditions().isEmpty());
    }

    private static long orZero(Number number) {
        return number == null ? 0 : number.longValue();
    }

    boolean hasCounters() {
        return !counterSets.isEmpty();
    }

    /** Whether the node reaches some device of the slice; slices of counters count everywhere. */
    boolean isFor(String nodeName, Map<String, String> labels) {
        if (hasCounters()) {
            return true;
        }
        if (!node.isEmpty()) {
            return node.equals(nodeName);
        }
        if (onAllNodes) {
            return true;
        }
        if (nodes != null) {
            return nodes.matches(nodeName, labels);
        }
        return perDevice && devices.stream().anyMatch(device -> device.isOn(nodeName, labels));
    }
}
