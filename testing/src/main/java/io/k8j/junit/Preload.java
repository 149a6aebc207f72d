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
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;

/**
 * Does what the first cluster of a JVM needs, as far as it takes long, beside those who start it: makes the key of the
 * certificates, loads libraries, looks at models. Nothing of it would not be done anyway, only later and in a row. Whoever
 * needs something of it earlier than this comes to it does it himself, or waits for what has begun.
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

    /** In the order in which a cluster's start comes to it. */
    private static final List<Runnable> FOR_STARTS =
            List.of(SharedParts::certificates, Preload::network, Preload::models, ControllerManager::names);

    private static final AtomicBoolean BEGUN = new AtomicBoolean();
    private static final AtomicBoolean ENCRYPTION = new AtomicBoolean();
    private static final AtomicBoolean EXPRESSIONS = new AtomicBoolean();
    private static final AtomicBoolean FABRIC8 = new AtomicBoolean();

    private Preload() {}

    private static void start(String name, Runnable work) {
        Thread.ofPlatform().daemon().name(name).start(work);
    }

    /**
     * Begins to prepare all of it, for a caller who will want a cluster a little later.
     *
     * @param expressions whether it will have custom resources, whose rules need CEL
     */
    static void early(boolean expressions) {
        begin(expressions, () -> {
            resources();
            encryption();
        });
    }

    /** Begins to prepare what the caller's cluster comes to later in its start. */
    static void begin(boolean expressions) {
        begin(expressions, () -> {});
    }

    private static void begin(boolean expressions, Runnable last) {
        if (BEGUN.compareAndSet(false, true)) {
            start("preload-numbers", Preload::numbers);
            LoggerFactory.getILoggerFactory(); // what others log while SLF4J looks for a back end makes it complain
            start("preload", () -> {
                FOR_STARTS.forEach(Runnable::run);
                last.run();
            });
        }
        if (expressions && EXPRESSIONS.compareAndSet(false, true)) start("preload-expressions", ServerLanguage::get);
    }

    /** Begins to load what connections need: not before the cluster is there, for none is made until then. */
    static void encryption() {
        if (ENCRYPTION.compareAndSet(false, true)) start("preload-encryption", OpenSsl::isAvailable);
    }

    /** Gets fabric8's client ready beside the caller, who will want one. */
    static void fabric8() {
        if (FABRIC8.compareAndSet(false, true)) start("preload-fabric8", Fabric8Clients::prepare);
    }

    private static void network() {
        if (System.getProperty(NETTY_EVENTS) == null) System.setProperty(NETTY_EVENTS, "false");
        if (Epoll.isAvailable()) ByteBufAllocator.DEFAULT.buffer(1).release();
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
