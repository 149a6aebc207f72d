/**
 * The shared copy of all Pods, and questions and changes that many controllers have for Pods.
 */
package io.k8j.controllers.pods;
