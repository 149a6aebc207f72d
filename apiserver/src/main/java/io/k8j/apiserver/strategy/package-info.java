/**
 * What is special about each built-in resource when it is written.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.strategy.Strategies#of} finds the rules of a resource.
 *   <li>{@code prepareForCreate} or {@code prepareForUpdate} resets what a client may not set.
 *   <li>{@code validate} asks the checks of {@code io.k8j.apiserver.validation}, which name every wrong field at once.
 *   <li>{@code canonicalize} gives the object the form in which it is stored.
 * </ol>
 */
package io.k8j.apiserver.strategy;
