/**
 * Exact amounts of resources.
 *
 * <ol>
 *   <li>{@link io.k8j.model.quantity.Quantity#parse(String)} reads {@code 1.5Gi} or {@code 250m} exactly.
 *   <li>The amount is compared, added and rounded as a decimal number that remembers its format.
 *   <li>{@link io.k8j.model.quantity.Quantity#toString()} prints upstream's canonical form.
 * </ol>
 */
package io.k8j.model.quantity;
