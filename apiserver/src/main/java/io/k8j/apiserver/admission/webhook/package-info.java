/**
 * Admission by webhooks.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.admission.webhook.Hooks} reads the configurations, once for each version of them.
 *   <li>{@link io.k8j.apiserver.admission.webhook.Matching} finds which are a request's business, and in which version of
 *       the object.
 *   <li>{@link io.k8j.apiserver.admission.webhook.Review} makes the question and reads the answer; {@link
 *       io.k8j.apiserver.admission.webhook.HookCaller} sends it.
 *   <li>{@link io.k8j.apiserver.admission.webhook.MutatingWebhooks} asks one after the other, {@link
 *       io.k8j.apiserver.admission.webhook.ValidatingWebhooks} all at once, each on a virtual thread.
 * </ol>
 */
package io.k8j.apiserver.admission.webhook;
