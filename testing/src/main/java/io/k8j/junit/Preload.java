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
import io.k8j.apiserver.cel.ServerLanguage;
import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.controllers.ControllerManager;
import io.k8j.model.api.ApiObject;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.OpenSsl;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Does what the first cluster of a JVM needs, as far as it takes long, on several threads at once: makes the key of the
 * certificates, loads libraries, looks at models. Nothing of it would not be done anyway, only later and in a row.
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

    /** Whether Netty tells Flight Recorder of its buffers, for which it sets that up: a tenth of a start's work. */
    private static final String NETTY_EVENTS = "io.netty.jfr.enabled";

    private static final AtomicBoolean BEGUN = new AtomicBoolean();
    private static final AtomicBoolean EXPRESSIONS_BEGUN = new AtomicBoolean();

    private Preload() {}

    private static void start(String name, Runnable work) {
        Thread.ofPlatform().daemon().name(name).start(work);
    }

    /** Does it, once for all clusters. What was left to other threads may still be going on when this returns. */
    static void begin() {
        if (BEGUN.compareAndSet(false, true)) {
            if (System.getProperty(NETTY_EVENTS) == null) System.setProperty(NETTY_EVENTS, "false");
            start("preload-keys", SharedParts::certificates);
            start("preload-network", Preload::network);
            resources();
        }
    }

    /** Makes CEL ready, which custom resources with rules need; once for all clusters. */
    static void expressions() {
        if (EXPRESSIONS_BEGUN.compareAndSet(false, true)) {
            start("preload-expressions", ServerLanguage::get);
        }
    }

    private static void resources() {
        ResourceTable.builtIn(CoreConfig.DEFAULTS.apis(), CoreConfig.DEFAULTS.cacheLimits());
        MODELS.forEach(
                model -> ApiObject.ofJson("{}".getBytes(StandardCharsets.UTF_8)).as(model));
    }

    private static void network() {
        if (Epoll.isAvailable()) ByteBufAllocator.DEFAULT.buffer(1).release();
        ControllerManager.names();
        OpenSsl.isAvailable();
    }
}
