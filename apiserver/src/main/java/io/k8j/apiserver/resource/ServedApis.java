package io.k8j.apiserver.resource;

import io.k8j.model.feature.FeatureGates;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.resource.ResourceRegistry;
import io.k8j.model.usage.UsageSource;
import java.util.Map;

/**
 * Which features are on and which built-in resources are served with them. Immutable.
 *
 * @param gates the switches
 * @param registry what is served
 * @param usage what {@code metrics.k8s.io} shows; null if it is not served
 */
public record ServedApis(FeatureGates gates, ResourceRegistry registry, UsageSource usage) {
    /** What upstream serves without flags. */
    public static final ServedApis DEFAULTS = new ServedApis(FeatureGates.DEFAULTS, ResourceRegistry.builtIn(), null);

    /** Resources that need a gate besides their group version. */
    private static final Map<String, String> GATES = Map.of(
            "scheduling.k8s.io/v1alpha2", FeatureGates.GENERIC_WORKLOAD,
            "storagemigration.k8s.io/v1beta1", FeatureGates.STORAGE_VERSION_MIGRATOR);

    /**
     * Reads upstream's flags.
     *
     * @param featureGates pairs of {@code --feature-gates}
     * @param runtimeConfig pairs of {@code --runtime-config}; an empty value means true
     * @throws IllegalArgumentException with upstream's sentence, if one of them is wrong
     */
    public static ServedApis of(Map<String, String> featureGates, Map<String, String> runtimeConfig) {
        FeatureGates gates = FeatureGates.of(featureGates);
        if (gates.equals(FeatureGates.DEFAULTS) && runtimeConfig.isEmpty()) return DEFAULTS;
        RuntimeConfig config = RuntimeConfig.of(runtimeConfig);
        return new ServedApis(
                gates,
                ResourceRegistry.known().only(gvr -> !isUsage(gvr) && config.serves(gvr) && hasGate(gates, gvr)),
                null);
    }

    /** The same with {@code metrics.k8s.io}. */
    public ServedApis withUsage(UsageSource source) {
        return new ServedApis(
                gates, ResourceRegistry.known().only(gvr -> isUsage(gvr) || registry.resource(gvr) != null), source);
    }

    private static boolean isUsage(GroupVersionResource gvr) {
        return gvr.group().equals(ResourceRegistry.METRICS);
    }

    /** The switches as components should see them: they ask for an API only where it is served. */
    public FeatureGates servedGates() {
        FeatureGates served = gates;
        for (Map.Entry<String, String> need : GATES.entrySet()) {
            String[] parts = need.getKey().split("/");
            boolean on = gates.isOn(need.getValue());
            if (on && registry.resources(parts[0], parts[1]).isEmpty()) served = served.without(need.getValue());
        }
        return served;
    }

    private static boolean hasGate(FeatureGates gates, GroupVersionResource gvr) {
        String gate = GATES.get(gvr.apiVersion());
        return gate == null || gates.isOn(gate);
    }
}
