/**
 * Programs outside the scheduler that have a say in it, called over HTTP as the configuration's {@code extenders} list them:
 * they narrow the nodes that fit, add to the scores, bind, and change whom a preemption removes.
 *
 * <p>Calls are made on the scheduling thread, which waits for the answer, as upstream's does; bindings on a virtual thread.
 */
package io.k8j.scheduler.extender;
