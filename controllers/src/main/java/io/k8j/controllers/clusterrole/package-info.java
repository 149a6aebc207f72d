/**
 * Aggregated ClusterRoles.
 */
package io.k8j.controllers.clusterrole;
