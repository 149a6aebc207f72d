/** Figures in Prometheus' text format, as every component shows them. */
package io.k8j.model.metrics;
