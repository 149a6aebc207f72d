/**
 * Flags of upstream's components that {@code --kube-apiserver-arg} passes through.
 *
 * <p>{@link io.k8j.server.flags.ApiServerFlags} lists what is known, {@link io.k8j.server.flags.FlagValues#parse} checks
 * what was given against it, and each area reads its own from the {@link io.k8j.server.flags.FlagValues}.
 */
package io.k8j.server.flags;
