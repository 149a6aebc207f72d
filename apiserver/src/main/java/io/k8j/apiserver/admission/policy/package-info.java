/**
 * Admission by policies in CEL.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.admission.policy.Policies} reads policies and their bindings, once for each state of them.
 *   <li>{@link io.k8j.apiserver.admission.policy.Constraints} tells which are a request's business, {@link
 *       io.k8j.apiserver.admission.policy.Params} finds the objects that parameterize them.
 *   <li>{@link io.k8j.apiserver.admission.policy.ValidatingPolicies} collects what {@link
 *       io.k8j.apiserver.admission.policy.ValidatingPolicy} decides; {@link
 *       io.k8j.apiserver.admission.policy.MutatingPolicies} changes the object as {@link
 *       io.k8j.apiserver.admission.policy.MutatingPolicy} says.
 * </ol>
 */
package io.k8j.apiserver.admission.policy;
