/**
 * Checks of built-in objects: pure functions from a tree to everything that is wrong with it, in upstream's order and
 * words.
 *
 * <ol>
 *   <li>A {@link io.k8j.apiserver.validation.Place} is a value with its path; checks walk from place to place.
 *   <li>Each check adds what it finds to {@link io.k8j.apiserver.validation.Findings}.
 *   <li>There is a class per concern (containers, probes, volumes, …) and one per family of kinds.
 * </ol>
 *
 * <p>The schema decoder has already guaranteed the types of known fields; a check that meets another type all the same
 * treats the value as absent.
 */
package io.k8j.apiserver.validation;
