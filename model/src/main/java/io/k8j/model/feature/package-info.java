/**
 * Switches of features that are not settled yet: {@link io.k8j.model.feature.FeatureGates} reads upstream's
 * {@code --feature-gates} against the table of gates that 1.36 knows, and components ask it.
 */
package io.k8j.model.feature;
