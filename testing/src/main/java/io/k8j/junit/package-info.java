/**
 * A real cluster inside a JVM test.
 *
 * <ol>
 *   <li>{@link io.k8j.junit.K8jCluster} starts the control plane of {@code k8j server} over a memory store (HTTPS on a free
 *       loopback port, certificates in memory) and {@link io.k8j.junit.SimulatedNode}s: the real kubelet over a simulated
 *       runtime. What does not belong to one cluster (certificates, event loops, schemas) is shared by all of the JVM.
 *   <li>Every component gets its clock from {@link io.k8j.junit.FakeTime}, which runs with the machine's clock until it is
 *       frozen or moved.
 *   <li>Every request, over HTTPS or direct, passes {@link io.k8j.junit.Faults}, which may refuse or delay it, and is
 *       counted by {@code Activity}, from which {@link io.k8j.junit.K8jCluster#awaitQuiescent} knows when nothing moves:
 *       when all queues are empty and no virtual thread has anything to do.
 *   <li>A clock that is moved stops at each timer until all that it caused is done, except those that say by their
 *       {@link io.k8j.model.time.Pace} that nothing happens then: while nothing else does, these are passed over.
 *   <li>{@link io.k8j.junit.K8j} and its extension start clusters for JUnit, give each test a namespace, inject
 *       clients, and print events and states of a failed test's namespace. {@link io.k8j.junit.EarlyStart} has what the
 *       first of them needs prepared ({@code Preload}) while JUnit still looks for tests.
 * </ol>
 */
package io.k8j.junit;
