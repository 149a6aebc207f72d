/**
 * CEL as Kubernetes speaks it, for custom resources, admission policies and match conditions.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.cel.Environment} holds variables with their types; it compiles a text to an
 *       {@link io.k8j.apiserver.cel.Expression} or says in upstream's words what is wrong with it.
 *   <li>Compiling estimates the cost at worst ({@code StaticCost}, {@code CallCosts}) from the bounds that
 *       {@link io.k8j.apiserver.cel.Sizes} knows: upstream's figures.
 *   <li>Evaluating counts the cost as it goes ({@code CostMeter}) and ends what exceeds its limit
 *       ({@link io.k8j.apiserver.cel.Limits}).
 *   <li>Functions are those of the library, its extensions, and one {@code …Functions} class for each library that
 *       Kubernetes adds.
 * </ol>
 */
package io.k8j.apiserver.cel;
