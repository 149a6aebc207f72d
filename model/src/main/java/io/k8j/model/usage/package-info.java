/**
 * What nodes and Pods use at the moment: the metrics component measures it, and the API server shows it as
 * {@code metrics.k8s.io}.
 */
package io.k8j.model.usage;
