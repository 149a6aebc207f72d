/**
 * API priority and fairness: who must wait when more is asked than the server does at once.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.flowcontrol.FlowController} compiles the stored FlowSchemas and
 *       PriorityLevelConfigurations; the first {@link io.k8j.apiserver.flowcontrol.FlowSchema} that fits a request names its
 *       {@link io.k8j.apiserver.flowcontrol.PriorityLevel};
 *   <li>{@link io.k8j.apiserver.flowcontrol.WorkEstimator} says how many seats the request takes;
 *   <li>the level hands out seats at once while it has some and nobody waits; otherwise the request joins one of its
 *       queues, chosen by shuffle sharding, and the queues are served fairly;
 *   <li>every ten seconds seats that a level does not need are lent to those that do.
 * </ol>
 *
 * <p>Calls of components in this process take no seats: they would compete with the requests that they serve.
 *
 * @see <a href="https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/1040-priority-and-fairness">
 *     KEP-1040</a>
 */
package io.k8j.apiserver.flowcontrol;
