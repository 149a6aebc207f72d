/**
 * Label and field selectors, and the conditions on nodes ({@link io.k8j.model.selector.NodeRequirements}).
 *
 * <ol>
 *   <li>A query parameter or an object's selector is compiled once: {@link io.k8j.model.selector.LabelSelector},
 *       {@link io.k8j.model.selector.FieldSelector}.
 *   <li>Faults in it are a {@link io.k8j.model.selector.SelectorException} with upstream's words.
 *   <li>{@code matches} is then called for each object; it allocates nothing.
 * </ol>
 */
package io.k8j.model.selector;
