package io.k8j.kubelet.fleet;

import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.TransportException;
import io.k8j.model.api.Verb;
import io.k8j.model.resource.GroupVersionResource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the nodes that are wanted; those that are there are left as they are. Threads end when all are made. */
final class NodeMaker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeMaker.class);
    static final GroupVersionResource NODES = new GroupVersionResource("", "v1", "nodes");
    private static final long RETRY_MILLIS = 1000;

    private final ApiTransport transport;
    private final FleetConfig config;
    private final AtomicInteger next = new AtomicInteger();
    private volatile boolean closed;

    NodeMaker(ApiTransport transport, FleetConfig config) {
        this.transport = transport;
        this.config = config;
    }

    void start() {
        for (int i = 0; i < Math.min(config.workers(), config.nodes()); i++) {
            Thread.ofVirtual().name("node-maker-" + i).start(this::work);
        }
    }

    private void work() {
        try {
            for (int number = next.getAndIncrement(); number < config.nodes() && !closed; ) {
                if (create(config.nodeName(number))) number = next.getAndIncrement();
                else Thread.sleep(RETRY_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** False if a repeat may help. */
    private boolean create(String name) {
        try {
            transport.call(new ApiCall(Verb.CREATE, NODES, "", "", "", Map.of(), null, node(name)));
            return true;
        } catch (ApiException e) {
            if (e.isAlreadyExists()) return true;
            LOG.atWarn()
                    .addKeyValue("node", name)
                    .addKeyValue("cause", e.getMessage())
                    .log("node not created");
            return e.code() != 429 && e.code() < 500;
        } catch (TransportException e) {
            if (!closed) {
                LOG.atWarn()
                        .addKeyValue("node", name)
                        .addKeyValue("cause", e.getMessage())
                        .log("node not created");
            }
            return false;
        }
    }

    private Map<String, Object> node(String name) {
        Map<String, Object> labels = new LinkedHashMap<>();
        labels.put("beta.kubernetes.io/arch", "amd64");
        labels.put("beta.kubernetes.io/os", "linux");
        labels.put("kubernetes.io/arch", "amd64");
        labels.put("kubernetes.io/hostname", name);
        labels.put("kubernetes.io/os", "linux");
        labels.put("type", "kwok");
        labels.putAll(config.nodeLabels());
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", name);
        metadata.put("labels", labels);
        metadata.put("annotations", Map.of(config.annotation(), config.annotationValue()));
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("capacity", config.capacity());
        status.put("allocatable", config.capacity());
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("apiVersion", "v1");
        node.put("kind", "Node");
        node.put("metadata", metadata);
        node.put("status", status);
        return node;
    }

    @Override
    public void close() {
        closed = true;
    }
}
