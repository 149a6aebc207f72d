/**
 * Pods of this node.
 *
 * <ol>
 *   <li>{@link io.k8j.kubelet.pods.PodWorkers} follows the Pods bound to the node by an informer, and the runtime's
 *       events; it wakes the worker concerned.
 *   <li>{@code Admission} lets a Pod's worker start if the Pod fits beside the others (package {@code admission},
 *       pure functions); the others fail at once.
 *   <li>A {@code PodWorker} (one virtual thread per Pod) looks at the runtime ({@code RuntimeReader}) and asks
 *       {@code PodPlan} what to do, a pure function: package {@code plan}, over what {@code spec} reads.
 *   <li>It carries the plan out: volumes, sandbox ({@code Sandboxes}), containers ({@code Starter} with packages
 *       {@code images} and {@code config}), their end ({@code Killer}), other resources (package {@code resize}).
 *   <li>{@code PodStatuses}, pure, too, works out the status; {@code StatusWriter} writes what has changed, one write
 *       per Pod at a time, newest status only (package {@code status}).
 *   <li>At the end the worker clears up and deletes the object.
 * </ol>
 */
package io.k8j.kubelet.pods;
