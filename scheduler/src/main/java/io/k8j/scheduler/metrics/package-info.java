/** What the scheduler counts, under upstream's names, and how it is written in Prometheus' text form. */
package io.k8j.scheduler.metrics;
