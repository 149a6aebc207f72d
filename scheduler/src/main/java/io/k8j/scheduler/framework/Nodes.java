package io.k8j.scheduler.framework;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All nodes with their Pods, as the scheduler believes them to be. Amounts of resources lie in columns (an array per
 * resource, indexed by the node's slot), so that the loop over nodes touches little memory and allocates nothing.
 *
 * <p>Belongs to the scheduling thread: what is told to it takes effect at once, and nothing changes while a Pod is being
 * placed, so there are no copies.
 */
public final class Nodes {
    /** Keeps counts that follow the Pods on nodes. */
    public interface Observer {
        void podAdded(NodeInfo node, PodInfo pod);

        void podRemoved(NodeInfo node, PodInfo pod);

        /** The node came, went or has other labels. */
        void nodeChanged(NodeInfo node);
    }

    private static final String ZONE = "topology.kubernetes.io/zone";
    private static final String REGION = "topology.kubernetes.io/region";
    private static final String OLD_ZONE = "failure-domain.beta.kubernetes.io/zone";
    private static final String OLD_REGION = "failure-domain.beta.kubernetes.io/region";

    private final ResourceNames names;
    private final Map<String, NodeInfo> byName = new HashMap<>();
    private final ArrayDeque<Integer> freeSlots = new ArrayDeque<>();
    private final List<Observer> observers = new ArrayList<>();
    private final Map<String, Integer> nodesWithImage = new HashMap<>();
    private NodeInfo[] bySlot = new NodeInfo[64];
    private int slots;
    private long[][] allocatable = new long[0][];
    private long[][] requested = new long[0][];
    private int[] allowedPods = new int[64];
    private long[] scoredCpu = new long[64];
    private long[] scoredMemory = new long[64];
    private long[] versions = new long[64];
    private long version;
    private long epoch;
    private NodeInfo[] order = {};
    private int[] orderSlots = {};
    private boolean orderIsOld;
    private int simulating;

    public Nodes(ResourceNames names) {
        this.names = names;
    }

    public void observe(Observer observer) {
        observers.add(observer);
    }

    public ResourceNames names() {
        return names;
    }

    /** The known nodes, those of different zones taking turns. Must not be changed. */
    public NodeInfo[] all() {
        if (orderIsOld) {
            order = interleaved();
            orderSlots = new int[order.length];
            for (int i = 0; i < order.length; i++) {
                orderSlots[i] = order[i].slot();
            }
            orderIsOld = false;
        }
        return order;
    }

    /** Slots of {@link #all}, in the same order. Must not be changed. */
    public int[] allSlots() {
        all();
        return orderSlots;
    }

    /** How many nodes are known. */
    public int count() {
        return all().length;
    }

    /** Null if there is no such node. */
    public NodeInfo get(String name) {
        NodeInfo info = byName.get(name);
        return info == null || info.node() == null ? null : info;
    }

    /** By slot; null for a free one. */
    public NodeInfo at(int slot) {
        return bySlot[slot];
    }

    /** All slots are below this. */
    public int slots() {
        return slots;
    }

    public Collection<NodeInfo> withUnknown() {
        return Collections.unmodifiableCollection(byName.values());
    }

    public void put(Node node) {
        NodeInfo info = infoFor(node.getMetadata().getName());
        boolean isNew = info.node() == null;
        Map<String, String> labels = info.labels();
        boolean otherImages = countImages(info, -1, node);
        info.set(node);
        if (otherImages) {
            countImages(info, 1, null);
        }
        setAllocatable(info, node);
        touch(info);
        if (isNew || otherImages) {
            epoch++;
        }
        if (isNew || !labels.equals(info.labels())) {
            orderIsOld = true;
            observers.forEach(o -> o.nodeChanged(info));
        }
    }

    public void remove(String name) {
        NodeInfo info = byName.get(name);
        if (info == null || info.node() == null) {
            return;
        }
        countImages(info, -1, null);
        info.set(null);
        for (long[] column : allocatable) {
            column[info.slot()] = 0;
        }
        touch(info);
        epoch++;
        orderIsOld = true;
        observers.forEach(o -> o.nodeChanged(info));
        dropIfUnused(info);
    }

    private void dropIfUnused(NodeInfo info) {
        if (info.node() == null && info.pods().isEmpty()) {
            byName.remove(info.name());
            bySlot[info.slot()] = null;
            freeSlots.add(info.slot());
        }
    }

    /** Counts a Pod on the node that it names. */
    public void addPod(PodInfo pod) {
        NodeInfo info = infoFor(pod.nodeName());
        info.add(pod);
        account(info, pod, 1);
        touch(info);
        for (int i = 0; i < observers.size(); i++) {
            observers.get(i).podAdded(info, pod);
        }
    }

    /** Takes a Pod off the node that it names. */
    public void removePod(PodInfo pod) {
        NodeInfo info = byName.get(pod.nodeName());
        PodInfo known = info == null ? null : info.remove(pod.uid());
        if (known == null) {
            return;
        }
        account(info, known, -1);
        touch(info);
        for (int i = 0; i < observers.size(); i++) {
            observers.get(i).podRemoved(info, known);
        }
        if (simulating == 0) {
            dropIfUnused(info);
        }
    }

    /** Puts a new version of a Pod in the place of one that counts the same, so that nothing has to be looked at again. */
    public void replacePod(PodInfo before, PodInfo now) {
        NodeInfo info = byName.get(before.nodeName());
        if (info != null) {
            info.replace(before.uid(), now, ++version);
        }
    }

    /** Other Pods are to come to the node once room is made there. */
    void nominationsChanged(String name) {
        NodeInfo info = byName.get(name);
        if (info != null) {
            touch(info);
        }
    }

    /** Makes everybody look at all nodes again, because something has changed that is in no node. */
    public void allChanged() {
        byName.values().forEach(this::touch);
    }

    /** Grows with each change of the node or its Pods, also with one that makes no difference to what fits there. */
    public long contents(NodeInfo info) {
        return Math.max(versions[info.slot()], info.replacedAt());
    }

    /**
     * Changes that are made until {@link #endSimulation} are undone by then, so nobody needs to look at the nodes again.
     */
    public void beginSimulation() {
        simulating++;
    }

    public void endSimulation() {
        simulating--;
    }

    private void account(NodeInfo info, PodInfo pod, int sign) {
        int slot = info.slot();
        int[] resources = pod.resources();
        long[] amounts = pod.amounts();
        for (int i = 0; i < resources.length; i++) {
            requested(resources[i])[slot] += sign * amounts[i];
        }
        scoredCpu[slot] += sign * pod.scoredCpu();
        scoredMemory[slot] += sign * pod.scoredMemory();
    }

    private void touch(NodeInfo info) {
        if (simulating == 0) {
            versions[info.slot()] = ++version;
        }
    }

    /** Grows with each change of a node or its Pods. */
    public long version() {
        return version;
    }

    /** {@link #version} at the last change of each slot's node, its Pods or the Pods that are nominated to it. */
    public long[] versions() {
        return versions;
    }

    /** Grows when nodes come or go or have other images: what may change the scores of all nodes. */
    public long epoch() {
        return epoch;
    }

    /** Nodes that have an image. */
    public int nodesWithImage(String image) {
        return nodesWithImage.getOrDefault(image, 0);
    }

    /** @param next null counts always; else nothing is counted if that node has the same images */
    private boolean countImages(NodeInfo info, int by, Node next) {
        if (next != null
                && info.node() != null
                && info.node().getStatus() != null
                && next.getStatus() != null
                && info.node().getStatus().getImages().equals(next.getStatus().getImages())) {
            return false;
        }
        for (String image : info.images().keySet()) {
            if (nodesWithImage.merge(image, by, Integer::sum) == 0) {
                nodesWithImage.remove(image);
            }
        }
        return true;
    }

    private void setAllocatable(NodeInfo info, Node node) {
        for (long[] column : allocatable) {
            column[info.slot()] = 0;
        }
        allowedPods[info.slot()] = 0;
        if (node.getStatus() == null || node.getStatus().getAllocatable() == null) {
            return;
        }
        for (Map.Entry<String, Quantity> entry :
                node.getStatus().getAllocatable().entrySet()) {
            if (entry.getKey().equals("pods")) {
                allowedPods[info.slot()] = (int) names.amount(ResourceNames.MEMORY, entry.getValue());
            } else if (ResourceNames.isCounted(entry.getKey())) {
                int id = names.id(entry.getKey());
                allocatable(id)[info.slot()] = names.amount(id, entry.getValue());
            }
        }
    }

    /** Column of what nodes have of a resource; valid until the next node comes. */
    public long[] allocatable(int resource) {
        if (resource >= allocatable.length) {
            growColumns(resource);
        }
        return allocatable[resource];
    }

    /** Column of what Pods request of a resource; valid until the next node comes. */
    public long[] requested(int resource) {
        if (resource >= requested.length) {
            growColumns(resource);
        }
        return requested[resource];
    }

    public int[] allowedPods() {
        return allowedPods;
    }

    public long[] scoredCpu() {
        return scoredCpu;
    }

    public long[] scoredMemory() {
        return scoredMemory;
    }

    private void growColumns(int resource) {
        int known = allocatable.length;
        int length = Math.max(resource + 1, names.count());
        allocatable = Arrays.copyOf(allocatable, length);
        requested = Arrays.copyOf(requested, length);
        for (int i = known; i < length; i++) {
            allocatable[i] = new long[bySlot.length];
            requested[i] = new long[bySlot.length];
        }
    }

    private NodeInfo infoFor(String name) {
        NodeInfo known = byName.get(name);
        if (known != null) {
            return known;
        }
        int slot = freeSlots.isEmpty() ? slots++ : freeSlots.poll();
        if (slot == bySlot.length) {
            growSlots(slot * 2);
        }
        NodeInfo info = new NodeInfo(this, name, slot);
        byName.put(name, info);
        bySlot[slot] = info;
        allowedPods[slot] = 0;
        return info;
    }

    private void growSlots(int length) {
        bySlot = Arrays.copyOf(bySlot, length);
        allowedPods = Arrays.copyOf(allowedPods, length);
        scoredCpu = Arrays.copyOf(scoredCpu, length);
        scoredMemory = Arrays.copyOf(scoredMemory, length);
        versions = Arrays.copyOf(versions, length);
        for (int i = 0; i < allocatable.length; i++) {
            allocatable[i] = Arrays.copyOf(allocatable[i], length);
            requested[i] = Arrays.copyOf(requested[i], length);
        }
    }

    private NodeInfo[] interleaved() {
        Map<String, List<NodeInfo>> zones = new LinkedHashMap<>();
        int total = 0;
        for (int slot = 0; slot < slots; slot++) {
            NodeInfo info = bySlot[slot];
            if (info != null && info.node() != null) {
                zones.computeIfAbsent(zoneOf(info), z -> new ArrayList<>()).add(info);
                total++;
            }
        }
        NodeInfo[] all = new NodeInfo[total];
        int at = 0;
        for (int round = 0; at < total; round++) {
            for (List<NodeInfo> zone : zones.values()) {
                if (round < zone.size()) {
                    all[at++] = zone.get(round);
                }
            }
        }
        return all;
    }

    private static String zoneOf(NodeInfo info) {
        Map<String, String> labels = info.labels();
        String zone = labels.getOrDefault(ZONE, labels.getOrDefault(OLD_ZONE, ""));
        String region = labels.getOrDefault(REGION, labels.getOrDefault(OLD_REGION, ""));
        return region + "\0" + zone;
    }
}
