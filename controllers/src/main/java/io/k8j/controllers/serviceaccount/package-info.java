/**
 * Default ServiceAccounts, and Secrets that hold tokens.
 */
package io.k8j.controllers.serviceaccount;
