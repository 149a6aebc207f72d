/**
 * EndpointSlices of Services, and mirrored ones of Endpoints: {@code SlicePlan} changes as few slices as possible.
 */
package io.k8j.controllers.endpointslice;
