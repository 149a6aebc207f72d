/**
 * The Pod security standards.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.admission.podsecurity.NamespacePolicy} reads from a namespace's labels which level in
 *       which version is enforced, recorded and warned of.
 *   <li>{@link io.k8j.apiserver.admission.podsecurity.Checks} has all rules with the versions they belong to, and judges
 *       a {@link io.k8j.apiserver.admission.podsecurity.Subject}.
 *   <li>{@link io.k8j.apiserver.admission.podsecurity.PodSecurity} is the admission step.
 * </ol>
 *
 * <p>Facts and sentences: upstream's {@code k8s.io/pod-security-admission}.
 */
package io.k8j.apiserver.admission.podsecurity;
