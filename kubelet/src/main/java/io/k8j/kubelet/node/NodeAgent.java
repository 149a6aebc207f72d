package io.k8j.kubelet.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.client.Client;
import io.k8j.client.Informer;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.client.Resources;
import io.k8j.kubelet.KubeletConfig;
import io.k8j.kubelet.pods.NodeView;
import io.k8j.kubelet.pods.status.PodEvents;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.TransportException;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers this node, keeps its status and its lease up to date, and tells of the address range it is given. One virtual
 * thread writes the status, the one of {@link NodeLease} renews the lease.
 */
public final class NodeAgent implements AutoCloseable {
    /** Volumes are attached by the controllers, not by this agent. */
    private static final Map<String, String> MANAGED_ATTACH =
            Map.of("volumes.kubernetes.io/controller-managed-attach-detach", "true");

    private static final Logger log = LoggerFactory.getLogger(NodeAgent.class);
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final Duration WHILE_NOT_READY = Duration.ofMillis(250);

    private final Client client;
    private final Resources<Node> nodes;
    private final KubeletConfig config;
    private final NodeFacts facts;
    private final PodEvents events;
    private final int port;
    private final Consumer<String> onPodCidr;
    private final Informer<Node> own;
    private final BlockingQueue<Boolean> signal = new ArrayBlockingQueue<>(1);
    private volatile boolean closed;
    private Thread statusThread;
    private NodeLease lease;

    // Owned by the status thread.
    private Map<String, Object> written = Map.of();
    private Instant writtenAt = Instant.EPOCH;
    private boolean wasReady;
    private List<NodeCondition> told; // null until one of this agent's statuses was written

    private NodeAgent(
            Client client,
            KubeletConfig config,
            NodeFacts facts,
            PodEvents events,
            int port,
            Consumer<String> onPodCidr) {
        this.client = client;
        this.nodes = client.resources(Node.class);
        this.config = config;
        this.facts = facts;
        this.events = events;
        this.port = port;
        this.onPodCidr = onPodCidr;
        this.own = new Informer<>(nodes, ListOptions.ALL.fields("metadata.name=" + config.nodeName()));
    }

    /**
     * Begins; returns at once.
     *
     * @param port where the node agent's server listens
     * @param onPodCidr gets the node's range of addresses, once it has one and again if it changes
     */
    public static NodeAgent start(
            Client client,
            KubeletConfig config,
            NodeFacts facts,
            PodEvents events,
            int port,
            Consumer<String> onPodCidr) {
        NodeAgent agent = new NodeAgent(client, config, facts, events, port, onPodCidr);
        agent.own.onChange(agent.new Changes()).start();
        agent.statusThread = Thread.ofVirtual().name("node-status").start(agent::keepStatus);
        agent.lease = NodeLease.start(client, config.nodeName(), config.nodeLeaseDuration(), agent::node);
        return agent;
    }

    private final class Changes implements Informer.Handler<Node> {
        @Override
        public void added(Node node) {
            tellCidr(null, node.getSpec() == null ? null : node.getSpec().getPodCIDR());
        }

        @Override
        public void updated(Node before, Node now) {
            tellCidr(before.getSpec().getPodCIDR(), now.getSpec().getPodCIDR());
            if (!extended(before).equals(extended(now))) signal.offer(Boolean.TRUE);
        }

        private static Map<String, Quantity> extended(Node node) {
            return node.getStatus() == null
                    ? Map.of()
                    : ExtendedResources.of(node.getStatus().getCapacity());
        }

        @Override
        public void deleted(Node last) {
            signal.offer(Boolean.TRUE); // upstream, too, registers again
        }

        private void tellCidr(String before, String now) {
            if (now == null || now.isEmpty() || now.equals(before)) return;
            onPodCidr.accept(now);
            signal.offer(Boolean.TRUE);
        }
    }

    /** This node's object as last seen; null if it is not known yet. */
    public Node node() {
        return own.get(ObjectKey.of(config.nodeName())).orElse(null);
    }

    /**
     * The node as admission sees it.
     *
     * @param pressures types of the node's pressure conditions that are true
     */
    public NodeView view(Supplier<Set<String>> pressures) {
        return new NodeView() {
            @Override
            public Node node() {
                Node known = NodeAgent.this.node();
                return known != null ? known : freshNode();
            }

            @Override
            public Node freshNode() {
                try {
                    return nodes.find(ObjectKey.of(config.nodeName())).orElseGet(() -> toRegister());
                } catch (ApiException | TransportException e) {
                    log.atDebug().addKeyValue("cause", e.getMessage()).log("node not read");
                    Node known = NodeAgent.this.node();
                    return known != null ? known : toRegister();
                }
            }

            @Override
            public Set<String> pressures() {
                return pressures.get();
            }
        };
    }

    /** What this node will be, as far as it matters to Pods. */
    private Node toRegister() {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(config.nodeName())
                .withLabels(labels())
                .endMetadata()
                .withNewSpec()
                .withTaints(config.registerWithTaints())
                .endSpec()
                .withNewStatus()
                .withFeatures(facts.features())
                .endStatus()
                .build();
    }

    /** The reference under which events about a node go: upstream gives the name as its uid. */
    public static ObjectReference reference(String name) {
        return new ObjectReferenceBuilder()
                .withKind("Node")
                .withName(name)
                .withUid(name)
                .build();
    }

    /** The node is to look at itself now: something has changed. */
    public void refresh() {
        signal.offer(Boolean.TRUE);
    }

    private void keepStatus() {
        boolean registered = false;
        try {
            events.record(reference(config.nodeName()), false, "Starting", "Starting kubelet.");
            while (!closed) {
                Duration pause = config.nodeStatusUpdateFrequency();
                try {
                    if (!registered) register();
                    registered = true;
                    updateStatus();
                    if (!wasReady) pause = WHILE_NOT_READY;
                } catch (ApiException e) {
                    if (e.isNotFound()) registered = false;
                    log.atDebug().addKeyValue("cause", e.getMessage()).log("node status refused");
                    pause = RETRY;
                } catch (TransportException e) {
                    log.atDebug().addKeyValue("cause", e.getMessage()).log("node status not written");
                    pause = RETRY;
                } catch (RuntimeException e) {
                    log.atError().setCause(e).log("node status failed");
                }
                boolean regular = pause.equals(config.nodeStatusUpdateFrequency());
                Time.Timer timer = client.time()
                        .after(regular ? Pace.SIGN_OF_LIFE : Pace.EXACT, pause, () -> signal.offer(Boolean.TRUE));
                try {
                    signal.take();
                } finally {
                    timer.cancel();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void register() {
        Node fresh = new NodeBuilder()
                .withNewMetadata()
                .withName(config.nodeName())
                .withLabels(labels())
                .addToAnnotations(MANAGED_ATTACH)
                .endMetadata()
                .withNewSpec()
                .withTaints(config.registerWithTaints())
                .endSpec()
                .withStatus(facts.status(List.of(), now(), port))
                .build();
        try {
            nodes.create(fresh);
            log.atInfo().addKeyValue("node", config.nodeName()).log("registered node");
            tell(List.of(), fresh.getStatus().getConditions());
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) throw e;
            Map<String, Object> patch = Map.of("metadata", Map.of("labels", labels(), "annotations", MANAGED_ATTACH));
            nodes.patch(ObjectKey.of(config.nodeName()), PatchType.STRATEGIC, patch, "");
        }
        written = Map.of();
    }

    private Map<String, String> labels() {
        Map<String, String> labels = new LinkedHashMap<>(config.nodeLabels());
        labels.put("kubernetes.io/hostname", config.nodeName());
        labels.put("kubernetes.io/os", "linux");
        labels.put("kubernetes.io/arch", NodeFacts.architecture());
        labels.put("beta.kubernetes.io/os", "linux");
        labels.put("beta.kubernetes.io/arch", NodeFacts.architecture());
        return labels;
    }

    private String now() {
        return client.time().instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Writes the status if it has changed, or if it is old. */
    private void updateStatus() {
        List<NodeCondition> known = node() == null
                        || node().getStatus() == null
                        || node().getStatus().getConditions() == null
                ? List.of()
                : node().getStatus().getConditions();
        NodeStatus status = facts.status(known, now(), port);
        Map<String, Object> tree = ExtendedResources.allocatable(ApiObject.treeOf(status), node());
        Instant now = client.time().instant();
        boolean old = Duration.between(writtenAt, now).compareTo(config.nodeStatusReportFrequency()) >= 0;
        if (!old && Objects.equals(withoutHeartbeats(tree), withoutHeartbeats(written))) return;
        nodes.patch(ObjectKey.of(config.nodeName()), PatchType.STRATEGIC, Map.of("status", tree), "status");
        written = tree;
        writtenAt = now;
        tell(told == null ? known : told, status.getConditions());
        boolean ready = status.getConditions().stream()
                .anyMatch(condition -> condition.getType().equals("Ready") && "True".equals(condition.getStatus()));
        if (ready != wasReady) {
            tell(ready ? "NodeReady" : "NodeNotReady");
        }
        wasReady = ready;
    }

    private void tell(List<NodeCondition> before, List<NodeCondition> now) {
        NodeNews.words(before, now).forEach(this::tell);
        told = now;
    }

    private void tell(String word) {
        events.record(
                reference(config.nodeName()),
                false,
                word,
                "Node %s status is now: %s".formatted(config.nodeName(), word));
    }

    private static Map<String, Object> withoutHeartbeats(Map<String, Object> status) {
        Map<String, Object> copy = new LinkedHashMap<>(status);
        if (status.get("conditions") instanceof List<?> conditions) {
            List<Object> bare = new ArrayList<>();
            for (Object condition : conditions) {
                Map<Object, Object> one = new LinkedHashMap<>((Map<?, ?>) condition);
                one.remove("lastHeartbeatTime");
                bare.add(one);
            }
            copy.put("conditions", bare);
        }
        return copy;
    }

    @Override
    public void close() {
        closed = true;
        own.close();
        statusThread.interrupt();
        lease.close();
    }
}
