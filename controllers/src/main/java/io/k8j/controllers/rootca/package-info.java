/**
 * The ConfigMap with the cluster's authority in each namespace.
 */
package io.k8j.controllers.rootca;
