package io.k8j.scheduler.framework;

/**
 * A kind of change that may let Pods be placed.
 *
 * @param resource what changed
 * @param actions how: a sum of the constants
 */
public record ClusterEvent(Resource resource, int actions) {
    /** What can change. */
    public enum Resource {
        /** A Pod that waits for a node. */
        PENDING_POD,
        /** A Pod on a node. */
        ASSIGNED_POD,
        NODE,
        VOLUME_CLAIM,
        VOLUME,
        STORAGE_CLASS,
        CSI_NODE,
        CSI_DRIVER,
        CSI_CAPACITY,
        VOLUME_ATTACHMENT,
        RESOURCE_CLAIM,
        RESOURCE_SLICE,
        DEVICE_CLASS,
        NAMESPACE,
        POD_GROUP
    }

    public static final int ADD = 1;
    public static final int DELETE = 1 << 1;
    public static final int NODE_ALLOCATABLE = 1 << 2;
    public static final int NODE_LABELS = 1 << 3;
    public static final int NODE_TAINTS = 1 << 4;
    public static final int POD_LABELS = 1 << 5;
    public static final int POD_SCALED_DOWN = 1 << 6;
    public static final int POD_GATES = 1 << 7;
    public static final int POD_TOLERATIONS = 1 << 8;
    public static final int POD_CLAIMS = 1 << 9;
    /** Any other change, or all of them. */
    public static final int UPDATE = 1 << 10;

    public static final int NODE_FEATURES = 1 << 11;

    public static final int ANY_UPDATE = ~(ADD | DELETE);

    /** Upstream's name of the event, as metrics have it. */
    public String label() {
        String what = switch (resource) {
            case PENDING_POD -> "UnscheduledPod";
            case ASSIGNED_POD -> "AssignedPod";
            case NODE -> "Node";
            case VOLUME_CLAIM -> "PersistentVolumeClaim";
            case VOLUME -> "PersistentVolume";
            case STORAGE_CLASS -> "storage.k8s.io/StorageClass";
            case CSI_NODE -> "storage.k8s.io/CSINode";
            case CSI_DRIVER -> "storage.k8s.io/CSIDriver";
            case CSI_CAPACITY -> "storage.k8s.io/CSIStorageCapacity";
            case VOLUME_ATTACHMENT -> "storage.k8s.io/VolumeAttachment";
            case RESOURCE_CLAIM -> "ResourceClaim";
            case RESOURCE_SLICE -> "ResourceSlice";
            case DEVICE_CLASS -> "DeviceClass";
            case NAMESPACE -> "Namespace";
            case POD_GROUP -> "PodGroup";
        };
        if (actions == ADD) return what + "Add";
        return what + (actions == DELETE ? "Delete" : "Update");
    }

    /** Whether one of the actions is among those of the other, and it is about the same. */
    public boolean overlaps(ClusterEvent other) {
        return resource == other.resource && (actions & other.actions) != 0;
    }
}
