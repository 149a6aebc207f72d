package io.k8j.junit;

import java.lang.management.ManagementFactory;
import jdk.management.VirtualThreadSchedulerMXBean;

/**
 * Tells whether any virtual thread of this JVM runs or could run. Everything in a cluster that works on an event does so on
 * virtual threads, however often it hands on what it has: while one of them has something to do, it is on a processor or
 * in the queue for one.
 */
final class VirtualThreads {
    /** Costs some milliseconds: made when it is first asked for. */
    private static final class Scheduler {
        static final VirtualThreadSchedulerMXBean BEAN =
                ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
    }

    /** Whether all virtual threads wait for something, the caller's excepted. False if this JVM cannot tell. */
    boolean atRest() {
        // The queue first: what leaves it afterwards is on a processor when that is looked at.
        long queued = Scheduler.BEAN.getQueuedVirtualThreadCount();
        int mounted = Scheduler.BEAN.getMountedVirtualThreadCount();
        int own = Thread.currentThread().isVirtual() ? 1 : 0;
        return queued == 0 && mounted >= 0 && mounted <= own;
    }
}
