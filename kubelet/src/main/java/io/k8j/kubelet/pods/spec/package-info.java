/**
 * What a Pod's spec says to a node, read: its containers in their order ({@link io.k8j.kubelet.pods.spec.ContainerRef}),
 * what it asks for and may use ({@code Amounts}, {@code Requests}, {@code QosClass}), what of that is granted to it on this
 * node ({@code Allocations}), and values of its fields for variables and files ({@code Fields}). Nothing here acts.
 */
package io.k8j.kubelet.pods.spec;
