package io.k8j.apiserver.strategy;

import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.model.resource.GroupVersionResource;

/** Finds the rules of a built-in resource. Safe for all threads. */
public final class Strategies {
    private static final ResourceStrategy PLAIN = new ResourceStrategy() {};

    private Strategies() {}

    /** The rules of a resource, whatever its version; plain ones if it has none of its own. */
    public static ResourceStrategy of(GroupVersionResource resource) {
        return PLAIN;
    }
}
