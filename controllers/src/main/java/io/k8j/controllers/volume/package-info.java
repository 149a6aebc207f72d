/**
 * Binding of claims and volumes, the built-in local provisioner, and protection of what is in use.
 */
package io.k8j.controllers.volume;
