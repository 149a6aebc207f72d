/**
 * Revisions of Pod templates, shared by StatefulSets and DaemonSets.
 */
package io.k8j.controllers.history;
