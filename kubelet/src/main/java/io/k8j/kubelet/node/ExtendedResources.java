package io.k8j.kubelet.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.model.json.Trees;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What others say that a node has: a capacity like {@code example.com/dongle} that was written into its status stays
 * there and can be allocated as a whole, as upstream has it for resources without a device plugin.
 */
final class ExtendedResources {
    private ExtendedResources() {}

    /**
     * The status as a patch that also says what can be allocated of such resources.
     *
     * @param status tree of what the machine has
     * @param known the Node as last seen; null if it is not known
     */
    static Map<String, Object> allocatable(Map<String, Object> status, Node known) {
        if (known == null || known.getStatus() == null) return status;
        Map<String, Quantity> capacity = of(known.getStatus().getCapacity());
        Map<String, Quantity> before = of(known.getStatus().getAllocatable());
        if (capacity.isEmpty() && before.isEmpty()) return status;
        Map<String, Object> allocatable = new LinkedHashMap<>(Trees.map(status, "allocatable"));
        before.keySet().forEach(name -> allocatable.put(name, null)); // taken away where nobody has it any more
        capacity.forEach((name, amount) -> allocatable.put(name, amount.toString()));
        Map<String, Object> whole = new LinkedHashMap<>(status);
        whole.put("allocatable", allocatable);
        return whole;
    }

    /** Those of a node's resources that are neither the machine's nor Kubernetes' own. */
    static Map<String, Quantity> of(Map<String, Quantity> resources) {
        Map<String, Quantity> extended = new HashMap<>();
        if (resources == null) return extended;
        resources.forEach((name, amount) -> {
            int slash = name.indexOf('/');
            if (slash > 0 && !name.substring(0, slash).endsWith("kubernetes.io")) extended.put(name, amount);
        });
        return extended;
    }
}
