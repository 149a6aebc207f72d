package io.k8j.kubelet.cri;

/**
 * Says that something changed in the runtime.
 *
 * @param containerId id of the container or sandbox; empty if everything should be looked at
 */
public record RuntimeEvent(String containerId) {
    private static final RuntimeEvent RELIST = new RuntimeEvent("");

    /** An event that asks to look at everything, because some may have been missed. */
    public static RuntimeEvent relist() {
        return RELIST;
    }

    /** Whether everything should be looked at. */
    public boolean isRelist() {
        return containerId.isEmpty();
    }
}
