/**
 * The walkthrough: what a user does with kubectl, step by step, and what must be seen, with real containers, once with
 * the oldest and once with the newest kubectl of the machine.
 *
 * <ol>
 *   <li>{@link io.k8j.e2e.walkthrough.Walkthrough} gives each class and kubectl a namespace, a directory with the
 *       manifests of {@code src/test/resources/walkthrough}, and a shell in it.
 *   <li>{@code EverydayCommandsIT}, {@code PodsIT} and the other classes are the parts; a method is a step, in order.
 * </ol>
 */
package io.k8j.e2e.walkthrough;
