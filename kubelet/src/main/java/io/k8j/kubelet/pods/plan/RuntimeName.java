package io.k8j.kubelet.pods.plan;

import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;

/** The runtime's name, such as {@code containerd}, asked for on first use: it may still be starting. Thread-safe. */
public final class RuntimeName {
    private final ContainerRuntime runtime;
    private volatile String name;

    public RuntimeName(ContainerRuntime runtime) {
        this.runtime = runtime;
    }

    /**
     * The name.
     *
     * @throws RuntimeFailure if the runtime does not answer; a repeat may help
     */
    public String get() {
        String known = name;
        if (known == null) {
            known = runtime.version().getRuntimeName();
            name = known;
        }
        return known;
    }
}
