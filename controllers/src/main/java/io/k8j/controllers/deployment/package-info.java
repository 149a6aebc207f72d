/**
 * Deployments.
 *
 * <ol>
 *   <li>A change of a Deployment or of its ReplicaSets puts its key into the queue.
 *   <li>{@code DeploymentPlan} decides one step: scale ({@code Scaling}), roll ({@code RollingUpdate}), recreate or wait; and the status ({@code RolloutStatus}).
 *   <li>The controller writes ReplicaSets, then the status with the revision annotation; their own changes lead to the next step.
 * </ol>
 */
package io.k8j.controllers.deployment;
