/**
 * Other resources for a Pod that runs: {@code Resizer} brings its containers to what is granted, if the memory that is in
 * use allows it ({@code MemoryInUse}).
 */
package io.k8j.kubelet.pods.resize;
