/**
 * Runs the real kubectl as a user would type it.
 *
 * <ol>
 *   <li>{@link io.k8j.e2e.kubectl.KubectlBinary} finds every kubectl of the machine.
 *   <li>{@link io.k8j.e2e.kubectl.Shell} runs command lines in which {@code kubectl} means one of them, with one
 *       kubeconfig and one namespace; {@link io.k8j.e2e.kubectl.Session} is a command that still runs, with or without
 *       a terminal.
 *   <li>{@link io.k8j.e2e.kubectl.Result} holds what was printed and checks it; {@link io.k8j.e2e.kubectl.PrintedTable}
 *       reads columns.
 * </ol>
 */
package io.k8j.e2e.kubectl;
