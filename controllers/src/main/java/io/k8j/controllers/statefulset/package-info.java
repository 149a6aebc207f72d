/**
 * StatefulSets.
 *
 * <ol>
 *   <li>{@code RevisionHistory} gives the current and the new revision.
 *   <li>{@code StatefulSetPlan} decides the next step or steps; {@code StatefulSetCounts} the status.
 *   <li>Claims come before Pods; {@code ClaimRetention} decides who owns them.
 * </ol>
 */
package io.k8j.controllers.statefulset;
