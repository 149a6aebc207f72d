/**
 * What the kernel tells about cgroups and networks: {@link io.k8j.kubelet.cgroups.CgroupReader} reads a cgroup's files of
 * either version, {@link io.k8j.kubelet.cgroups.NetworkUse} a network namespace's counters, and {@link
 * io.k8j.kubelet.cgroups.Figure} says what each figure is called in cAdvisor's metrics.
 */
package io.k8j.kubelet.cgroups;
