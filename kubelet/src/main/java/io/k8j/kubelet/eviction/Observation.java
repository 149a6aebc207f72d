package io.k8j.kubelet.eviction;

/** How much there is of something, in bytes or pieces. */
public record Observation(long available, long capacity) {}
