/**
 * CEL over an admission request: for match conditions, and for policies with their variables.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.admission.expression.AdmissionEnvironment} compiles a text to a {@link
 *       io.k8j.apiserver.admission.expression.Program}.
 *   <li>{@link io.k8j.apiserver.admission.expression.RequestView} makes CEL values of a request, each once.
 *   <li>An {@link io.k8j.apiserver.admission.expression.Evaluation} runs programs over these values within a budget;
 *       variables of a policy are computed when somebody asks for them.
 * </ol>
 */
package io.k8j.apiserver.admission.expression;
