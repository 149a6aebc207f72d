package io.k8j.kubelet.dra;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.k8j.client.Client;
import io.k8j.kubelet.dra.ClaimState.PreparedDevice;
import io.k8j.kubelet.dra.v1.Claim;
import io.k8j.kubelet.dra.v1.NodePrepareResourceResponse;
import io.k8j.kubelet.dra.v1.NodeUnprepareResourceResponse;
import io.k8j.kubelet.plugins.PluginHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Has drivers prepare the devices of Pods' claims and undo it, and tells containers which devices they get. Thread-safe. */
public final class DynamicResources implements AutoCloseable {
    private final Drivers drivers; // null on a node without drivers
    private final SliceWiper wiper; // likewise
    private final ClaimStates states; // likewise; guarded by this

    private DynamicResources(Drivers drivers, SliceWiper wiper, ClaimStates states) {
        this.drivers = drivers;
        this.wiper = wiper;
        this.states = states;
    }

    /** For a node that is only played: its claims need no driver. */
    public static DynamicResources none() {
        return new DynamicResources(null, null, null);
    }

    /**
     * For a real node. Drivers that were here before have to register again; until then nobody can prepare their devices,
     * so this node's ResourceSlices are removed, as upstream does.
     */
    public static DynamicResources start(Path rootDir, String nodeName, Client client) throws IOException {
        SliceWiper wiper = new SliceWiper(client, nodeName);
        wiper.wipe("");
        return new DynamicResources(
                new Drivers(client.time(), wiper::wipe), wiper, ClaimStates.open(rootDir.resolve("dra_manager_state")));
    }

    /** What takes drivers into use; none on a node without drivers. */
    public List<PluginHandler> handlers() {
        return drivers == null ? List.of() : List.of(drivers);
    }

    /**
     * Has all devices of a Pod's claims prepared that are not yet; may be called again and again.
     *
     * @param claims the Pod's, allocated and reserved for it
     * @throws DriverException if a driver cannot, or is not there
     */
    public void prepare(Pod pod, List<ResourceClaim> claims) throws IOException {
        if (drivers == null || claims.isEmpty()) return;
        Map<String, Driver> found = new TreeMap<>();
        for (ResourceClaim claim : claims) {
            for (String driver : drivers(claim)) found.put(driver, drivers.get(driver));
        }
        Map<String, List<ClaimState>> batches = new TreeMap<>();
        synchronized (this) {
            for (ResourceClaim claim : claims) {
                ClaimState state = enter(pod, claim);
                if (state.prepared()) continue;
                for (String driver : drivers(claim)) {
                    batches.computeIfAbsent(driver, name -> new ArrayList<>()).add(state);
                }
            }
            states.save(); // before anything is done that would have to be undone
        }
        Map<String, Map<String, List<PreparedDevice>>> answers = new TreeMap<>(); // by the claim's uid, then by driver
        for (Map.Entry<String, List<ClaimState>> batch : batches.entrySet()) {
            prepare(found.get(batch.getKey()), batch.getValue())
                    .forEach((uid, devices) ->
                            answers.computeIfAbsent(uid, id -> new TreeMap<>()).put(batch.getKey(), devices));
        }
        synchronized (this) {
            for (ClaimState state : states.all()) {
                if (answers.containsKey(state.uid())) states.put(state.prepared(answers.get(state.uid())));
            }
            states.save();
        }
    }

    private static Set<String> drivers(ResourceClaim claim) {
        Set<String> names = new TreeSet<>();
        var devices = claim.getStatus().getAllocation().getDevices();
        if (devices != null && devices.getResults() != null) {
            for (DeviceRequestAllocationResult result : devices.getResults()) names.add(result.getDriver());
        }
        return names;
    }

    private ClaimState enter(Pod pod, ResourceClaim claim) throws DriverException {
        String namespace = claim.getMetadata().getNamespace();
        String name = claim.getMetadata().getName();
        String uid = claim.getMetadata().getUid();
        ClaimState known = states.get(namespace, name);
        if (known != null && !known.uid().equals(uid)) {
            throw new DriverException(
                    "old ResourceClaim with same name %s and different UID %s still exists (previous pod force-deleted?!)"
                            .formatted(name, known.uid()));
        }
        Map<String, List<PreparedDevice>> nothing = new LinkedHashMap<>();
        drivers(claim).forEach(driver -> nothing.put(driver, List.of()));
        ClaimState state = (known == null ? new ClaimState(namespace, name, uid, Set.of(), nothing, false) : known)
                .with(pod.getMetadata().getUid());
        states.put(state);
        return state;
    }

    /** The devices by the claims' uids. */
    private static Map<String, List<PreparedDevice>> prepare(Driver driver, List<ClaimState> claims)
            throws DriverException {
        Map<String, NodePrepareResourceResponse> answers =
                driver.prepare(messages(claims)).getClaimsMap();
        check("NodePrepareResources", claims, answers.keySet());
        Map<String, List<PreparedDevice>> devices = new TreeMap<>();
        for (ClaimState claim : claims) {
            NodePrepareResourceResponse answer = answers.get(claim.uid());
            if (!answer.getError().isEmpty()) {
                throw new DriverException("NodePrepareResources failed for ResourceClaim %s: %s"
                        .formatted(claim.name(), answer.getError()));
            }
            devices.put(
                    claim.uid(),
                    answer.getDevicesList().stream()
                            .map(device -> new PreparedDevice(
                                    device.getPoolName(),
                                    device.getDeviceName(),
                                    device.getRequestNamesList(),
                                    device.getCdiDeviceIdsList()))
                            .toList());
        }
        return devices;
    }

    private static List<Claim> messages(List<ClaimState> claims) {
        return claims.stream()
                .map(claim -> Claim.newBuilder()
                        .setNamespace(claim.namespace())
                        .setName(claim.name())
                        .setUid(claim.uid())
                        .build())
                .toList();
    }

    private static void check(String method, List<ClaimState> asked, Set<String> answered) throws DriverException {
        Set<String> uids = new TreeSet<>();
        asked.forEach(claim -> uids.add(claim.uid()));
        for (String uid : answered) {
            if (!uids.contains(uid)) {
                throw new DriverException("%s returned result for unknown claim UID %s".formatted(method, uid));
            }
        }
        if (answered.size() < asked.size()) {
            throw new DriverException("%s skipped %d ResourceClaims".formatted(method, asked.size() - answered.size()));
        }
    }

    /**
     * Names of the CDI devices that a container gets.
     *
     * @throws DriverException if a claim of it was not prepared
     */
    public synchronized List<String> devices(Pod pod, Container container) throws DriverException {
        if (drivers == null) return List.of();
        List<String> names = new ArrayList<>();
        String namespace = pod.getMetadata().getNamespace();
        for (Map.Entry<String, List<String>> wanted :
                PodClaims.of(pod, container).entrySet()) {
            ClaimState state = states.get(namespace, wanted.getKey());
            if (state == null) {
                throw new DriverException(
                        "internal error: unable to get claim info for ResourceClaim %s in namespace %s"
                                .formatted(wanted.getKey(), namespace));
            }
            wanted.getValue().forEach(request -> names.addAll(state.cdi(request)));
        }
        return names.stream().distinct().toList();
    }

    /**
     * Nothing of the Pod runs any more: has the devices of claims undone that no other Pod of this node uses.
     *
     * @throws DriverException if a driver cannot, or is not there; to be tried again
     */
    public void release(String podUid) throws IOException {
        if (drivers == null) return;
        List<ClaimState> last = new ArrayList<>();
        synchronized (this) {
            List<ClaimState> used = states.all().stream()
                    .filter(state -> state.pods().contains(podUid))
                    .toList();
            if (used.isEmpty()) return;
            for (ClaimState state : used) {
                if (state.pods().size() > 1) states.put(state.without(podUid));
                else last.add(state);
            }
        }
        Map<String, List<ClaimState>> batches = new TreeMap<>();
        for (ClaimState state : last) {
            for (String driver : state.devices().keySet()) {
                batches.computeIfAbsent(driver, name -> new ArrayList<>()).add(state);
            }
        }
        for (Map.Entry<String, List<ClaimState>> batch : batches.entrySet()) {
            unprepare(drivers.get(batch.getKey()), batch.getValue());
        }
        synchronized (this) {
            last.forEach(states::remove);
            states.save();
        }
    }

    private static void unprepare(Driver driver, List<ClaimState> claims) throws DriverException {
        Map<String, NodeUnprepareResourceResponse> answers =
                driver.unprepare(messages(claims)).getClaimsMap();
        check("NodeUnprepareResources", claims, answers.keySet());
        for (ClaimState claim : claims) {
            String error = answers.get(claim.uid()).getError();
            if (!error.isEmpty()) {
                throw new DriverException(
                        "NodeUnprepareResources failed for ResourceClaim %s: %s".formatted(claim.name(), error));
            }
        }
    }

    @Override
    public void close() {
        if (drivers != null) {
            drivers.close();
            wiper.close();
        }
    }
}
