/**
 * Decides what users may do: {@link io.k8j.apiserver.authz.AuthorizerChain} asks {@link
 * io.k8j.apiserver.authz.RbacAuthorizer} and others; nobody's opinion means no.
 */
package io.k8j.apiserver.authz;
