/**
 * What the plugins say about groups of Pods: GangScheduling holds a gang until it is complete, TopologyPlacementGenerator
 * offers the domains of a group's topology, PodGroupPodsCount prefers those that take more of its Pods.
 */
package io.k8j.scheduler.plugins.group;
