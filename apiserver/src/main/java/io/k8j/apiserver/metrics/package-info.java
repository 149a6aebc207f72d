/** Numbers about the server under upstream's names, in Prometheus' text format. */
package io.k8j.apiserver.metrics;
