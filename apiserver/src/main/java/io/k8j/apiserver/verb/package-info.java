/**
 * One handler per verb, for every resource.
 *
 * <ol>
 *   <li>A write decodes its body ({@code Decoding}), converts to the stored version, runs mutating admission, the
 *       resource's strategy, all checks and validating admission: {@link io.k8j.apiserver.verb.ObjectCreator} for new
 *       objects, {@link io.k8j.apiserver.verb.UpdateFlow} for changed ones, {@link io.k8j.apiserver.verb.DeleteFlow} for
 *       deletions.
 *   <li>{@link io.k8j.apiserver.verb.ObjectWriter} encodes once and compares and sets in the store; updates begin anew
 *       when somebody was faster.
 *   <li>Reads ({@link io.k8j.apiserver.verb.GetHandler}, {@link io.k8j.apiserver.verb.ListHandler},
 *       {@link io.k8j.apiserver.verb.WatchHandler}) come from the cache.
 * </ol>
 */
package io.k8j.apiserver.verb;
