/**
 * The garbage collector.
 *
 * <ol>
 *   <li>{@code Monitors} keep one reflector per resource, undecoded, and feed {@code OwnerGraph}.
 *   <li>The graph answers each change with uids to look at; they go into the queue.
 *   <li>Workers ask the server (never the graph) whether owners still exist, and delete, release or orphan; each write names the version it was decided on.
 * </ol>
 */
package io.k8j.controllers.garbage;
