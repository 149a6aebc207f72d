/**
 * {@code k8j bench schedule}: upstream's scheduler_perf workloads.
 *
 * <ol>
 *   <li>{@code ScheduleCases} lists them: which nodes, which Pods first, what else there is, which Pods are measured, what
 *       goes on meanwhile, and upstream's threshold.
 *   <li>{@code BenchNodes} creates the nodes and renews their leases, {@code ScheduleExtras} claims, volumes and namespaces,
 *       {@code SchedulePods} has the Pods' shapes.
 *   <li>{@link io.k8j.bench.schedule.ScheduleBench} creates the Pods, sees by a watch when the last has its node, and removes
 *       everything; {@code Churn} creates and deletes beside it.
 * </ol>
 */
package io.k8j.bench.schedule;
