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
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;

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

    /** What is left to do; what takes long and others wait for comes first. */
    private static final Queue<Runnable> LEFT = new ConcurrentLinkedQueue<>(List.of(
            SharedParts::certificates, Preload::network, Preload::numbers, Preload::resources, Preload::models));

    private static final AtomicBoolean EARLY = new AtomicBoolean();
    private static final AtomicBoolean EXPRESSIONS = new AtomicBoolean();
    private static final AtomicBoolean FABRIC8 = new AtomicBoolean();

    private Preload() {}

    private static void start(String name, Runnable work) {
        Thread.ofPlatform().daemon().name(name).start(work);
    }

    /**
     * Begins on one thread beside those of the caller, who will want a cluster a little later.
     *
     * @param expressions whether it will have custom resources, whose rules need CEL
     */
    static void early(boolean expressions) {
        if (EARLY.compareAndSet(false, true)) {
            LoggerFactory.getILoggerFactory(); // what others log while SLF4J looks for a back end makes it complain
            start("preload", Preload::work);
        }
        if (expressions && EXPRESSIONS.compareAndSet(false, true)) start("preload-expressions", ServerLanguage::get);
    }

    /** Gets fabric8's client ready beside the caller, who will want one. */
    static void fabric8() {
        if (FABRIC8.compareAndSet(false, true)) start("preload-fabric8", Fabric8Clients::prepare);
    }

    /** Does what is left, once for all clusters. What other threads do may still be going on when this returns. */
    static void begin(boolean expressions) {
        early(expressions);
        if (!LEFT.isEmpty()) {
            start("preload-more", Preload::work);
            work();
        }
    }

    private static void work() {
        for (Runnable next = LEFT.poll(); next != null; next = LEFT.poll()) next.run();
    }

    private static void network() {
        if (System.getProperty(NETTY_EVENTS) == null) System.setProperty(NETTY_EVENTS, "false");
        if (Epoll.isAvailable()) ByteBufAllocator.DEFAULT.buffer(1).release();
        ControllerManager.names();
        OpenSsl.isAvailable();
    }

    /** The class multiplies large numbers when it is first used, which every reader of JSON does. */
    private static void numbers() {
        Objects.requireNonNull(BigDecimal.ONE);
    }

    private static void resources() {
        ResourceTable.builtIn(CoreConfig.DEFAULTS.apis(), CoreConfig.DEFAULTS.cacheLimits());
    }

    private static void models() {
        MODELS.forEach(
                model -> ApiObject.ofJson("{}".getBytes(StandardCharsets.UTF_8)).as(model));
    }
}
