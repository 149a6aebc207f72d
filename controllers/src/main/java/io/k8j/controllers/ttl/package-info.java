/**
 * Lifetimes: the deletion of finished Jobs after their time, and how long nodes may keep what they have read.
 */
package io.k8j.controllers.ttl;
