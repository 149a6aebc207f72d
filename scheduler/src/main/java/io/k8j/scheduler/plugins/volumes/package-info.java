/**
 * Plugins that ask for a Pod's volumes: whether they are there, may be used from this node and at the same time as
 * another Pod's, and how many a node takes. {@code VolumeMatch} finds a volume for a claim that waits for its first Pod;
 * {@code StorageEvents} says which change of a claim, volume, class or driver may help a Pod that was refused.
 */
package io.k8j.scheduler.plugins.volumes;
