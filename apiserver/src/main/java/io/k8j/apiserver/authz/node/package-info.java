/**
 * What a kubelet may do: a change of a Pod marks it in {@link io.k8j.apiserver.authz.node.NodePods}, which reads its
 * {@link io.k8j.apiserver.authz.node.PodReferences} before the next question of {@link
 * io.k8j.apiserver.authz.node.NodeAuthorizer}. Other objects are looked up when they are asked for.
 */
package io.k8j.apiserver.authz.node;
