package io.k8j.junit;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.k8j.apiserver.CoreConfig;
import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.controllers.ControllerManager;
import io.k8j.model.api.ApiObject;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.OpenSsl;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Lets other threads do what the first cluster of a JVM needs later: load
 * classes and libraries that take long. They do nothing that would not be done anyway, only earlier.
 */
final class Preload {
    private static final List<Class<? extends HasMetadata>> MODELS = List.of(
            ClusterRole.class,
            Node.class,
            Namespace.class,
            ServiceAccount.class,
            ConfigMap.class,
            Lease.class,
            Pod.class);

    static {
        start("preload", Preload::run);
        start("preload-network", Preload::network);
    }

    private Preload() {}

    private static void start(String name, Runnable work) {
        Thread.ofPlatform().daemon().name(name).start(work);
    }

    /** Starts it, once for all clusters. */
    @SuppressWarnings("EmptyMethod") // to initialize the class is all there is to do
    static void begin() {}

    private static void run() {
        ResourceTable.builtIn(CoreConfig.DEFAULTS.cacheLimits());
        MODELS.forEach(
                model -> ApiObject.ofJson("{}".getBytes(StandardCharsets.UTF_8)).as(model));
        ControllerManager.names();
    }

    private static void network() {
        if (Epoll.isAvailable()) ByteBufAllocator.DEFAULT.buffer(1).release();
        OpenSsl.isAvailable();
    }
}
