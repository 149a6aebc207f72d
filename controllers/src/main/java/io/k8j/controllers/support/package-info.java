/**
 * What several controllers need: owners, adoption, hashes, times, batches of calls.
 */
package io.k8j.controllers.support;
