/**
 * The steps that change or refuse a request before it is stored.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.admission.AdmissionChain#of} lists the steps in running order, with the reasons.
 *   <li>All mutating halves run first, then the object is validated, then all validating halves run.
 *   <li>A step reads the cluster through {@code ObjectReader} and refuses with {@code ApiException}.
 * </ol>
 */
package io.k8j.apiserver.admission;
