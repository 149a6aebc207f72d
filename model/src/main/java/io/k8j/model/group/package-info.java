/**
 * PodGroup and Workload of {@code scheduling.k8s.io/v1alpha2}: the models that everything else is read with have only the
 * next version of these kinds. {@link io.k8j.model.group.GroupTerms} is what both have in common.
 */
package io.k8j.model.group;
