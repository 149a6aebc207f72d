/**
 * DaemonSets.
 *
 * <ol>
 *   <li>{@code NodeFit} decides for each node whether a daemon belongs there.
 *   <li>{@code DaemonSetPlan} first fills and clears nodes, then replaces Pods of old templates.
 *   <li>The controller writes; expectations hold back a second plan until the copy shows the first.
 * </ol>
 */
package io.k8j.controllers.daemonset;
