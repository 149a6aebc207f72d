/**
 * Pods that nobody else would ever remove.
 */
package io.k8j.controllers.podgc;
