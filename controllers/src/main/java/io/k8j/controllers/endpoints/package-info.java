/**
 * Endpoints of Services: a change of a Service or Pod puts the Service's key into the queue; {@code EndpointsPlan} makes the subsets.
 */
package io.k8j.controllers.endpoints;
