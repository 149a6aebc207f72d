/**
 * Deletion of namespaces: Pods first, then all else, until nothing is left.
 */
package io.k8j.controllers.namespace;
