/**
 * ResourceClaims of Pods.
 *
 * <ol>
 *   <li>{@link io.k8j.controllers.resourceclaim.ResourceClaimController} queues Pods that name claims, and claims.
 *   <li>{@code ClaimMaker} makes the claims of a Pod's templates, tells their names in the Pod's status, and reserves
 *       claims for Pods that got their node without the scheduler.
 *   <li>{@code ClaimCleaner} takes reservations of Pods back that run no more, then the devices, and deletes claims that
 *       were made for such a Pod.
 * </ol>
 */
package io.k8j.controllers.resourceclaim;
