package io.k8j.model.feature;

import java.util.List;

/**
 * A switch as 1.36 knows it.
 *
 * @param name such as {@code GangScheduling}
 * @param stage {@code ALPHA}, {@code BETA}, {@code DEPRECATED}, or empty for stable
 * @param enabled what it is unless somebody says otherwise
 * @param locked whether it cannot be changed
 * @param needs gates that must be on when it is
 */
public record FeatureGate(String name, String stage, boolean enabled, boolean locked, List<String> needs) {
    public FeatureGate {
        needs = List.copyOf(needs);
    }
}
