package io.k8j.apiserver.strategy;

import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.model.resource.GroupVersionResource;
import java.util.HashMap;
import java.util.Map;

/** Finds the rules of a built-in resource. Safe for all threads. */
public final class Strategies {
    private static final ResourceStrategy PLAIN = Rules.plain();
    private static final Map<String, Rules> TABLE = table();

    private Strategies() {}

    /**
     * The rules of a resource, whatever its version; plain ones if it has none of its own.
     *
     * <p>Before {@code prepareForCreate} the object's name, namespace and uid must be set, because a Job's selector is
     * made of them.
     */
    public static ResourceStrategy of(GroupVersionResource resource) {
        Rules rules = TABLE.get(resource.qualified());
        return rules == null ? PLAIN : rules;
    }

    private static Map<String, Rules> table() {
        Map<String, Rules> table = new HashMap<>();
        table.put("pods", PodRules.rules());
        table.put("services", ServiceRules.rules());
        table.putAll(WorkloadRules.table());
        table.putAll(ConfigRules.table());
        table.putAll(OtherRules.table());
        table.putAll(DeviceRules.table());
        return Map.copyOf(table);
    }
}
