/**
 * Authorization by other servers, and the configuration file that puts authorizers together: {@link
 * io.k8j.apiserver.authz.webhook.AuthorizationConfiguration} reads and checks it, {@link
 * io.k8j.apiserver.authz.webhook.WebhookAuthorizer} asks, if its {@link io.k8j.apiserver.authz.webhook.MatchConditions}
 * hold.
 */
package io.k8j.apiserver.authz.webhook;
