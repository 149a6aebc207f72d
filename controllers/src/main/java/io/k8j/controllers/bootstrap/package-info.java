/**
 * Tokens with which nodes join: {@link io.k8j.controllers.bootstrap.TokenCleaner} removes those that have ended, {@link
 * io.k8j.controllers.bootstrap.BootstrapSigner} signs the public description of the cluster with the others.
 */
package io.k8j.controllers.bootstrap;
