/**
 * The controllers of the control plane, one package each.
 *
 * <ol>
 *   <li>{@link io.k8j.controllers.ControllerManager} has the list of all controllers; it makes the enabled ones over one {@link io.k8j.controllers.ControllerContext} and starts each when its informers have their copies.
 *   <li>A controller's handlers run on the informers' virtual threads and put keys into its queue (unbounded, each key once).
 *   <li>Its workers (virtual threads) take a key, read the shared copies, and ask a pure plan what to do.
 *   <li>They carry the writes out through the client; what comes back by watch wakes them up again.
 *   <li>Occurrences go to the event broadcaster (1,000 may wait).
 * </ol>
 */
package io.k8j.controllers;
