package io.k8j.kubelet.fleet;

import io.fabric8.kubernetes.api.model.Node;
import io.k8j.client.Client;
import io.k8j.client.EventBroadcaster;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Reflector;
import io.k8j.kubelet.stage.Stage;
import io.k8j.kubelet.stage.StageChoice;
import io.k8j.kubelet.stage.StageReader;
import io.k8j.kubelet.template.Functions;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.WatchListener;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Plays nodes and their Pods in any cluster: they become ready, renew their leases, and run and end Pods as the stages
 * say. Nodes are played that carry the configured annotation. Starting returns at once; closing lets the nodes fall
 * silent.
 */
public final class Fleet implements AutoCloseable {
    private static final GroupVersionResource PODS = new GroupVersionResource("", "v1", "pods");
    private static final int LEASE_WORKERS = 4;

    private final FleetConfig config;
    private final NodeRoster roster = new NodeRoster();
    private final PodAddresses addresses;
    private final Wheel wheel;
    private final EventBroadcaster broadcaster;
    private final NodeLeases leases;
    private final StagePlayer nodes;
    private final StagePlayer pods;
    private final NodeMaker maker;
    private final List<Reflector> reflectors = new ArrayList<>();
    private final Functions common;

    private Fleet(Client client, FleetConfig config, List<Stage> stages, RandomGenerator random) {
        ApiTransport transport = client.transport();
        Time time = client.time();
        this.config = config;
        addresses = new PodAddresses(config.podRange());
        wheel = new Wheel(time);
        broadcaster = EventBroadcaster.start(client);
        leases = new NodeLeases(transport, wheel, time, random, config.leaseDuration());
        common = new Functions(StageFunctions.common(config, time));
        StepWriter writer = new StepWriter(transport, broadcaster.recorder("kwok"), client.fieldManager());
        nodes = new StagePlayer(
                NodeMaker.NODES,
                new StageChoice(ofKind(stages, "Node"), random),
                writer,
                wheel,
                time,
                (object, tree) -> true,
                (object, tree) -> common.with(StageFunctions.ofNode(object.name())));
        pods = new StagePlayer(
                PODS, new StageChoice(ofKind(stages, "Pod"), random), writer, wheel, time, this::isOurs, this::ofPod);
        maker = new NodeMaker(transport, config);
        reflectors.add(new Reflector(transport, NodeMaker.NODES, ListOptions.ALL, new Nodes()));
        reflectors.add(new Reflector(transport, PODS, ListOptions.ALL.fields("spec.nodeName!="), new Pods()));
    }

    /**
     * Starts to play.
     *
     * @param client the way to the cluster, not closed by this; needs the rights of kubelets for all nodes
     * @param stages in any order; see {@link #stages}
     */
    public static Fleet start(Client client, FleetConfig config, List<Stage> stages, RandomGenerator random) {
        Fleet fleet = new Fleet(client, config, stages, random);
        int half = Math.max(1, config.workers() / 2);
        fleet.nodes.start(half);
        fleet.pods.start(half);
        fleet.leases.start(Math.min(LEASE_WORKERS, config.workers()));
        fleet.reflectors.forEach(Reflector::start);
        fleet.maker.start();
        return fleet;
    }

    /** A reader of stages whose templates may call all functions there are. */
    public static StageReader stages() {
        return new StageReader(StageFunctions.names());
    }

    /** The stages used unless others are given: nodes are ready and Pods run at once, Pods of Jobs end at once. */
    public static List<Stage> defaultStages() {
        List<Stage> stages = new ArrayList<>(stages().builtIn("node-stages.yaml"));
        stages.addAll(stages().builtIn("pod-stages-fast.yaml"));
        return stages;
    }

    /** Like {@link #defaultStages}, but Pods take their time, which their annotations may set. */
    public static List<Stage> generalStages() {
        List<Stage> stages = new ArrayList<>(stages().builtIn("node-stages.yaml"));
        stages.addAll(stages().builtIn("pod-stages-general.yaml"));
        return stages;
    }

    private static List<Stage> ofKind(List<Stage> stages, String kind) {
        return stages.stream().filter(stage -> stage.kind().equals(kind)).toList();
    }

    /** How many nodes are played. */
    public long nodes() {
        return roster.ours();
    }

    /**
     * Waits until all nodes that were to be created are there and have been led as far as they go without delay.
     *
     * @return false if they are not after {@code limit} of the machine's time
     */
    public boolean awaitNodes(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (nodes() < config.nodes() || !isIdle()) {
            if (System.nanoTime() > deadline) return false;
            Thread.sleep(5);
        }
        return true;
    }

    /** Whether there is nothing to do but to wait for delays. */
    public boolean isIdle() {
        return nodes.isIdle() && pods.isIdle() && leases.isIdle();
    }

    private boolean isOurs(ApiObject pod, Map<String, Object> tree) {
        String node = Trees.get(tree, "spec", "nodeName") instanceof String name ? name : "";
        if (node.isEmpty() || roster.whose(node, pod) != NodeRoster.Whose.OURS) return false;
        if (Trees.get(tree, "status", "podIP") instanceof String address && !hostNetwork(tree)) {
            addresses.keep(pod.uid(), address, roster.podRange(node));
        }
        return true;
    }

    private static boolean hostNetwork(Map<String, Object> pod) {
        return Boolean.TRUE.equals(Trees.get(pod, "spec", "hostNetwork"));
    }

    private Functions ofPod(ApiObject pod, Map<String, Object> tree) {
        String node = (String) Objects.requireNonNull(Trees.get(tree, "spec", "nodeName"));
        return common.with(StageFunctions.ofPod(node, pod.uid(), hostNetwork(tree), config, roster, addresses));
    }

    /** Keeps the roster and the leases. */
    private final class Nodes implements Reflector.Sink {
        @Override
        public void replace(List<ApiObject> items) {
            Set<String> present = new HashSet<>();
            for (ApiObject item : items) {
                present.add(item.name());
                put(item);
            }
            for (String name : roster.names()) if (!present.contains(name)) remove(name);
        }

        @Override
        public void event(WatchListener.EventType type, ApiObject node) {
            if (type == WatchListener.EventType.DELETED) remove(node.name());
            else put(node);
        }

        private void put(ApiObject node) {
            Node model = node.as(Node.class); // which controllers in this process have read already
            Map<String, String> annotations = model.getMetadata().getAnnotations();
            boolean ours = annotations != null && config.annotationValue().equals(annotations.get(config.annotation()));
            String range = model.getSpec() == null ? null : model.getSpec().getPodCIDR();
            List<ApiObject> waiting = roster.put(node.name(), ours, range);
            if (ours) {
                leases.hold(node.name(), node.uid());
                nodes.offer(node);
            } else {
                leases.release(node.name());
            }
            waiting.forEach(pods::offer);
        }

        private void remove(String name) {
            roster.remove(name);
            leases.release(name);
            nodes.forget(ObjectKey.of(name));
        }
    }

    /** Hands Pods on and gives back their addresses when they are gone. */
    private final class Pods implements Reflector.Sink {
        private final Map<ObjectKey, String> uids = new HashMap<>(); // owned by the reflector's thread

        @Override
        public void replace(List<ApiObject> items) {
            Set<ObjectKey> present = new HashSet<>();
            for (ApiObject item : items) {
                present.add(ObjectKey.of(item));
                put(item);
            }
            for (ObjectKey key : List.copyOf(uids.keySet())) if (!present.contains(key)) remove(key);
        }

        @Override
        public void event(WatchListener.EventType type, ApiObject pod) {
            if (type == WatchListener.EventType.DELETED) remove(ObjectKey.of(pod));
            else put(pod);
        }

        private void put(ApiObject pod) {
            String before = uids.put(ObjectKey.of(pod), pod.uid());
            if (before != null && !before.equals(pod.uid())) addresses.forget(before);
            pods.offer(pod);
        }

        private void remove(ObjectKey key) {
            pods.forget(key);
            String uid = uids.remove(key);
            if (uid != null) addresses.forget(uid);
        }
    }

    @Override
    public void close() {
        maker.close();
        reflectors.forEach(Reflector::close);
        pods.close();
        nodes.close();
        leases.close();
        wheel.close();
        broadcaster.close();
    }
}
