/**
 * Node-pressure eviction: when memory or disk run short, Pods are ended so that the node goes on.
 *
 * <p>{@link io.k8j.kubelet.eviction.Signals} are measured; {@link io.k8j.kubelet.eviction.Ranking} decides, as a pure
 * function, which Pod goes first and in what words; {@link io.k8j.kubelet.eviction.PressureRelief} carries it out, one
 * Pod at a time.
 */
package io.k8j.kubelet.eviction;
