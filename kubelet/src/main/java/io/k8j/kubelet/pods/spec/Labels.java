package io.k8j.kubelet.pods.spec;

/** Keys under which upstream's kubelet, and tools like crictl, find a Pod's parts in the runtime. */
public final class Labels {
    public static final String POD_NAME = "io.kubernetes.pod.name";
    public static final String POD_NAMESPACE = "io.kubernetes.pod.namespace";
    public static final String POD_UID = "io.kubernetes.pod.uid";
    public static final String CONTAINER_NAME = "io.kubernetes.container.name";
    public static final String CONTAINER_HASH = "io.kubernetes.container.hash";
    public static final String RESTART_COUNT = "io.kubernetes.container.restartCount";
    public static final String MESSAGE_PATH = "io.kubernetes.container.terminationMessagePath";
    public static final String MESSAGE_POLICY = "io.kubernetes.container.terminationMessagePolicy";
    /** Our own: the file on this machine that is mounted at the termination message path. */
    public static final String MESSAGE_FILE = "k8j.io/termination-message-file";

    /** Our own: the limits with which a container was created, which a resize may have changed since. */
    public static final String CONTAINER_LIMITS = "k8j.io/container-limits";

    public static final String GRACE_PERIOD = "io.kubernetes.pod.terminationGracePeriod";

    private Labels() {}
}
