/**
 * ResourceQuota, exact under concurrency.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.admission.quota.ResourceQuotaAdmission} takes the requests that use something.
 *   <li>A {@link io.k8j.apiserver.admission.quota.QuotaGate} for each namespace decides on all that wait at once, so that
 *       each quota is written once for many requests.
 *   <li>{@link io.k8j.apiserver.admission.quota.QuotaCheck} is the decision, from quotas and a request to new usage or a
 *       refusal; {@link io.k8j.apiserver.admission.quota.Usage} and {@link io.k8j.apiserver.admission.quota.Scopes} know
 *       the kinds.
 *   <li>The {@link io.k8j.apiserver.admission.quota.Ledger} remembers what was charged of late: the quota controller
 *       counts stored objects and may write a usage in which a request that is under way is missing.
 * </ol>
 */
package io.k8j.apiserver.admission.quota;
