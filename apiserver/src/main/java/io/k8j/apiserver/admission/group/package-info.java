/**
 * Admission steps around PodGroups: {@link io.k8j.apiserver.admission.group.PodGroupProtection} marks new ones,
 * {@link io.k8j.apiserver.admission.group.PodGroupWorkloadExists} checks what they were made from, and
 * {@link io.k8j.apiserver.admission.group.GangOfJob} what becomes of the Job that they belong to. With their features off
 * they handle nothing.
 */
package io.k8j.apiserver.admission.group;
