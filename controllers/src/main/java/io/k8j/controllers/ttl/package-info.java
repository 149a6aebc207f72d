/**
 * Deletion of finished Jobs after their time.
 */
package io.k8j.controllers.ttl;
