package io.k8j.kubelet.eviction;

/**
 * A resource of which the node has too little.
 *
 * @param resource {@code memory} or {@code ephemeral-storage}
 * @param threshold bytes that must be available
 * @param available bytes that are
 */
record Shortage(String resource, long threshold, long available) {}
