package io.k8j.kubelet.eviction;

import java.util.Arrays;
import java.util.Optional;

/** What a node may run short of, by upstream's names. In the order in which shortages are looked after. */
public enum Signal {
    MEMORY_AVAILABLE("memory.available", "memory", "MemoryPressure"),
    NODEFS_AVAILABLE("nodefs.available", "ephemeral-storage", "DiskPressure"),
    NODEFS_INODES_FREE("nodefs.inodesFree", "inodes", "DiskPressure"),
    IMAGEFS_AVAILABLE("imagefs.available", "ephemeral-storage", "DiskPressure"),
    IMAGEFS_INODES_FREE("imagefs.inodesFree", "inodes", "DiskPressure"),
    PID_AVAILABLE("pid.available", "pids", "PIDPressure");

    private final String text;
    private final String resource;
    private final String condition;

    Signal(String text, String resource, String condition) {
        this.text = text;
        this.resource = resource;
        this.condition = condition;
    }

    /** Upstream's name. */
    public String text() {
        return text;
    }

    /** What Pods use of it. */
    public String resource() {
        return resource;
    }

    /** Type of the Node's condition. */
    public String condition() {
        return condition;
    }

    /** Whether unused images give some of it back. */
    boolean isDisk() {
        return condition.equals("DiskPressure");
    }

    static Optional<Signal> of(String text) {
        return Arrays.stream(values())
                .filter(signal -> signal.text.equals(text))
                .findFirst();
    }
}
