package io.k8j.apiserver.strategy;

import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.resource.GroupVersionResource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds the rules of a built-in resource, which are put together when they are first asked for: a start needs those of a
 * fifth of all resources. Safe for all threads.
 */
public final class Strategies {
    private static final Strategies DEFAULTS = new Strategies(FeatureGates.DEFAULTS);

    private final FeatureGates gates;
    private final DisabledFields disabled;
    private final Map<String, Rules> made = new ConcurrentHashMap<>(); // by qualified name

    private Strategies(FeatureGates gates) {
        this.gates = gates;
        this.disabled = new DisabledFields(gates);
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
        return made.computeIfAbsent(resource.qualified(), this::make);
    }

    private Rules make(String resource) {
        Rules rules = switch (resource) {
            case "pods" -> PodRules.rules();
            case "services" -> ServiceRules.rules();
            case "storageversionmigrations.storagemigration.k8s.io" -> MigrationRules.rules();
            default -> WorkloadRules.find(resource);
        };
        if (rules == null) rules = ConfigRules.find(resource);
        if (rules == null) rules = OtherRules.find(resource, gates);
        if (rules == null) rules = DeviceRules.find(resource);
        if (rules == null) rules = GroupRules.find(resource);
        if (rules == null) rules = Rules.plain();
        disabled.addTo(resource, rules);
        return rules;
    }
}
