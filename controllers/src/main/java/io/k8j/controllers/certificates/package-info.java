/**
 * Approval and signing of certificate requests.
 */
package io.k8j.controllers.certificates;
