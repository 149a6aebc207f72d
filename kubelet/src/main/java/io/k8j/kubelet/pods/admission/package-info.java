/**
 * Whether a Pod may run here: {@code Admittance} asks for room and for what the node must be ({@code Fit}), and who would
 * have to leave for it ({@code Preemption}). Pure functions; {@code Admission} in the package above acts on them.
 */
package io.k8j.kubelet.pods.admission;
