/**
 * CEL as Kubernetes speaks it, for custom resources, admission policies, match conditions and selectors of devices.
 *
 * <ol>
 *   <li>{@link io.k8j.model.cel.Language} is the set of functions: those of the library, its extensions, one
 *       {@code …Functions} class for each library that Kubernetes adds, and what a component adds.
 *   <li>{@link io.k8j.model.cel.Environment} is a language with variables and their types; it compiles a text to an
 *       {@link io.k8j.model.cel.Expression} or says in upstream's words what is wrong with it.
 *   <li>Compiling estimates the cost at worst ({@code StaticCost}, {@code CallCosts}) from the bounds that
 *       {@link io.k8j.model.cel.Sizes} knows: upstream's figures.
 *   <li>Evaluating counts the cost as it goes ({@code CostMeter}) and ends what exceeds its limit
 *       ({@link io.k8j.model.cel.Limits}).
 * </ol>
 */
package io.k8j.model.cel;
