/** Documents about the server itself: version, health, metrics, token issuer, and the list of all paths. */
package io.k8j.apiserver.system;
