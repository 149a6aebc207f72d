/**
 * A container runtime without containers: {@link io.k8j.kubelet.runtime.SimulatedRuntime} keeps sandboxes and containers
 * in memory and tells its listeners of each change, so that a node agent above it behaves as above a real one.
 */
package io.k8j.kubelet.runtime;
