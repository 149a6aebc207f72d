/**
 * Records who asked for what, as an audit policy says.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.audit.Auditor} finds the policy's rule for a request and opens an
 *       {@link io.k8j.apiserver.audit.AuditEvent} for it;
 *   <li>whoever serves the request adds to the event that is bound to its thread: the decision of authorization, the
 *       objects sent and answered, annotations of admission;
 *   <li>at each stage a copy goes to the {@link io.k8j.apiserver.audit.AuditSink}s: a log file, a webhook, or both,
 *       directly or through a queue.
 * </ol>
 *
 * <p>Without a policy there is no auditor, no event, and no cost but the Audit-Id header.
 */
package io.k8j.apiserver.audit;
