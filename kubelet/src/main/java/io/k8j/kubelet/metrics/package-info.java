/**
 * What a node agent counts of its own work, under upstream's names: whoever does something counts it here, {@code
 * /metrics} writes it all. Nothing here knows anything of the agent but names and durations.
 */
package io.k8j.kubelet.metrics;
