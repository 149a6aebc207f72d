/**
 * Holds back the deletion of PodGroups that have Pods: the API server marks each new group with a finalizer, and
 * {@link io.k8j.controllers.podgroup.GroupProtectionController} takes it away once the last Pod has ended.
 */
package io.k8j.controllers.podgroup;
