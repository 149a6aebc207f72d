/**
 * What the parts of the API server know of each other. A request has a {@link io.k8j.apiserver.spi.RequestContext} with its
 * {@link io.k8j.apiserver.spi.UserInfo}; an {@link io.k8j.apiserver.spi.Authorizer} allows it, {@link
 * io.k8j.apiserver.spi.AdmissionPlugin}s change and check it, a {@link io.k8j.apiserver.spi.ResourceStrategy} says what is
 * particular about its resource, and a {@link io.k8j.apiserver.spi.Printer} shows it to people. All of them read other
 * objects by an {@link io.k8j.apiserver.spi.ObjectReader}. Nothing in here depends on a package that implements it.
 */
package io.k8j.apiserver.spi;
