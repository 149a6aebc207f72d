package io.k8j.apiserver.strategy;

import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.resource.GroupVersionResource;
import java.util.HashMap;
import java.util.Map;

/** Finds the rules of a built-in resource. Safe for all threads. */
public final class Strategies {
    private static final ResourceStrategy PLAIN = Rules.plain();
    private static final Strategies DEFAULTS = new Strategies(FeatureGates.DEFAULTS);

    private final Map<String, Rules> table;

    private Strategies(FeatureGates gates) {
        this.table = table(gates);
    }

    /** The rules that hold while these features are on. */
    public static Strategies of(FeatureGates gates) {
        return gates.equals(FeatureGates.DEFAULTS) ? DEFAULTS : new Strategies(gates);
    }

    /** {@link #find} with the features that are on by default. */
    public static ResourceStrategy of(GroupVersionResource resource) {
        return DEFAULTS.find(resource);
    }

    /**
     * The rules of a resource, whatever its version; plain ones if it has none of its own.
     *
     * <p>Before {@code prepareForCreate} the object's name, namespace and uid must be set, because a Job's selector is
     * made of them.
     */
    public ResourceStrategy find(GroupVersionResource resource) {
        Rules rules = table.get(resource.qualified());
        return rules == null ? PLAIN : rules;
    }

    private static Map<String, Rules> table(FeatureGates gates) {
        Map<String, Rules> table = new HashMap<>();
        table.put("pods", PodRules.rules());
        table.put("services", ServiceRules.rules());
        table.putAll(WorkloadRules.table());
        table.putAll(ConfigRules.table());
        table.putAll(OtherRules.table(gates));
        table.putAll(DeviceRules.table());
        table.putAll(GroupRules.table());
        table.putAll(MigrationRules.table());
        new DisabledFields(gates).addTo(table);
        return Map.copyOf(table);
    }
}
