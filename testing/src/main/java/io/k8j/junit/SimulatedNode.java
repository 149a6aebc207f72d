package io.k8j.junit;

import io.k8j.client.Client;
import io.k8j.kubelet.Kubelet;
import io.k8j.kubelet.KubeletConfig;
import io.k8j.kubelet.runtime.Scripts;
import io.k8j.kubelet.runtime.SimulatedRuntime;
import io.k8j.model.time.Time;
import io.k8j.server.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** One node of a {@link K8jCluster}: the real kubelet over containers that are only played. Safe for all threads. */
public final class SimulatedNode implements AutoCloseable {
    private final String name;
    private final Client client;
    private final Path directory;
    private final SimulatedRuntime runtime;
    private Kubelet kubelet; // guarded by this; null while the node is down

    SimulatedNode(String name, int number, Client client, Time time, Path directory, Scripts scripts) {
        this.name = name;
        this.client = client;
        this.directory = directory;
        this.runtime = new SimulatedRuntime(time, "10.42." + number % 256 + ".", scripts);
    }

    public String name() {
        return name;
    }

    /** The runtime that plays the containers: ends them, fails their pulls and so on. */
    public SimulatedRuntime runtime() {
        return runtime;
    }

    /** Starts the node again after {@link #fail}; its containers are as it left them. Does nothing while it is up. */
    public synchronized void recover() {
        if (kubelet != null) {
            return;
        }
        KubeletConfig config = KubeletConfig.defaults(name, List.of("127.0.0.1"), directory)
                .withListener("127.0.0.1", 0)
                .withClusterDns(List.of("10.43.0.10"), "cluster.local")
                .withNode(Version.GIT, 110, "/")
                .forSimulation();
        try {
            kubelet = Kubelet.start(config, client, runtime, SharedParts::kubeletTls, podCidr -> {});
        } catch (IOException e) {
            throw new UncheckedIOException("start node " + name + ": " + e.getMessage(), e);
        }
    }

    /** Lets the node fall silent, as if its machine had lost its power. */
    public synchronized void fail() {
        if (kubelet != null) {
            kubelet.close();
            kubelet = null;
        }
    }

    synchronized boolean isIdle() {
        return kubelet == null || kubelet.pods().isIdle();
    }

    public synchronized boolean isUp() {
        return kubelet != null;
    }

    @Override
    public void close() {
        fail();
        runtime.close();
    }
}
