package io.k8j.kubelet.dra;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A claim that Pods of this node use.
 *
 * @param pods uids of these Pods
 * @param devices what each of its drivers has prepared
 * @param prepared whether all of them have, since this node agent runs
 */
record ClaimState(
        String namespace,
        String name,
        String uid,
        Set<String> pods,
        Map<String, List<PreparedDevice>> devices,
        boolean prepared) {
    /**
     * What a driver has prepared.
     *
     * @param requests the claim's requests that it is for; empty for all of them
     * @param cdi names of CDI devices
     */
    record PreparedDevice(String pool, String device, List<String> requests, List<String> cdi) {
        PreparedDevice {
            requests = List.copyOf(requests);
            cdi = List.copyOf(cdi);
        }
    }

    ClaimState {
        pods = Set.copyOf(pods);
        devices = Map.copyOf(devices);
    }

    String key() {
        return namespace + "/" + name;
    }

    ClaimState with(String pod) {
        Set<String> more = new TreeSet<>(pods);
        more.add(pod);
        return new ClaimState(namespace, name, uid, more, devices, prepared);
    }

    ClaimState without(String pod) {
        Set<String> fewer = new TreeSet<>(pods);
        fewer.remove(pod);
        return new ClaimState(namespace, name, uid, fewer, devices, prepared);
    }

    ClaimState prepared(Map<String, List<PreparedDevice>> answers) {
        Map<String, List<PreparedDevice>> all = new TreeMap<>(devices);
        all.putAll(answers);
        return new ClaimState(namespace, name, uid, pods, all, true);
    }

    /** The CDI devices for one request, or for all if it is empty. */
    List<String> cdi(String request) {
        List<String> names = new ArrayList<>();
        for (List<PreparedDevice> ofDriver : new TreeMap<>(devices).values()) {
            for (PreparedDevice device : ofDriver) {
                if (request.isEmpty()
                        || device.requests().isEmpty()
                        || device.requests().contains(request)) {
                    names.addAll(device.cdi());
                }
            }
        }
        return names;
    }
}
