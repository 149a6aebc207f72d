package io.k8j.server.controlplane;

import io.k8j.apiserver.ApiServer;
import io.k8j.controllers.ControllerManager;
import io.k8j.scheduler.Scheduler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ports on which controllers and scheduler show health and metrics, as their programs do upstream, so that Prometheus
 * finds them where its usual jobs look. The API server, whose certificate and rules they have, opens and closes them.
 */
public final class ComponentPorts {
    static final ComponentPorts NONE = new ComponentPorts(List.of());

    private static final Logger LOG = LoggerFactory.getLogger(ComponentPorts.class);

    /**
     * Where they are; port 0 is any that is free, null none.
     *
     * @param controllers of kube-controller-manager
     * @param scheduler of kube-scheduler
     */
    public record Addresses(InetSocketAddress controllers, InetSocketAddress scheduler) {
        /** Upstream's ports, for this machine only, as kubeadm has it. */
        public static final Addresses LOCAL =
                new Addresses(new InetSocketAddress("127.0.0.1", 10257), new InetSocketAddress("127.0.0.1", 10259));
    }

    private record Component(String name, InetSocketAddress address, Map<String, Consumer<StringBuilder>> pages) {}

    private final List<Component> components;
    private final Map<String, Integer> ports = new ConcurrentHashMap<>();

    private ComponentPorts(List<Component> components) {
        this.components = components;
    }

    /** @param controllers null if they do not run, likewise the scheduler */
    static ComponentPorts of(Addresses addresses, ControllerManager controllers, Scheduler scheduler) {
        List<Component> components = new ArrayList<>();
        if (controllers != null && addresses.controllers() != null) {
            components.add(new Component(
                    "kube-controller-manager", addresses.controllers(), Map.of("/metrics", controllers::writeMetrics)));
        }
        if (scheduler != null && addresses.scheduler() != null) {
            components.add(new Component(
                    "kube-scheduler",
                    addresses.scheduler(),
                    Map.of(
                            "/metrics",
                            out -> out.append(scheduler.metrics()),
                            "/metrics/resources",
                            out -> out.append(scheduler.resourceMetrics()))));
        }
        return new ComponentPorts(components);
    }

    void open(ApiServer server) {
        for (Component component : components) {
            try {
                ports.put(
                        component.name,
                        server.serveComponent(component.address, component.pages)
                                .port());
            } catch (IOException e) {
                // Another cluster on this machine has it; nothing but a scrape needs it.
                LOG.atWarn()
                        .addKeyValue("component", component.name)
                        .addKeyValue("address", component.address)
                        .addKeyValue("cause", e.getMessage())
                        .log("metrics port not opened");
            }
        }
    }

    Map<String, Integer> ports() {
        return Map.copyOf(ports);
    }
}
