/**
 * Claims of ephemeral volumes.
 */
package io.k8j.controllers.ephemeral;
