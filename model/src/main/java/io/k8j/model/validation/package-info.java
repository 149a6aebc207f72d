/**
 * The grammar of names, label keys and label values, with upstream's sentences.
 *
 * <ol>
 *   <li>A method of {@link io.k8j.model.validation.Names} takes a value and gives the sentences of what is wrong with it.
 *   <li>The caller puts the field's path and {@code Invalid value} in front of each.
 * </ol>
 */
package io.k8j.model.validation;
