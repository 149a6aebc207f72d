package io.k8j.kubelet.fleet;

import io.k8j.kubelet.template.Functions;
import io.k8j.model.time.Time;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** kwok's own template functions. */
final class StageFunctions {
    /** What a healthy node tells of itself, in upstream's words. */
    private static final List<Object> CONDITIONS = List.of(
            condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
            condition(
                    "MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            condition("NetworkUnavailable", "False", "RouteCreated", "RouteController created a route"));

    private static Map<String, Object> condition(String type, String status, String reason, String message) {
        return Map.of("type", type, "status", status, "reason", reason, "message", message);
    }

    private StageFunctions() {}

    /** All functions that a stage's template may call, for reading it. */
    static Functions names() {
        Map<String, Functions.Function> all = new HashMap<>();
        for (String name : List.of(
                "Now",
                "StartTime",
                "Version",
                "NodeConditions",
                "NodeIP",
                "NodeName",
                "NodePort",
                "PodIP",
                "NodeIPWith",
                "NodeIPsWith",
                "PodIPWith",
                "PodIPsWith")) {
            all.put(name, arguments -> null);
        }
        return Functions.STANDARD.with(new Functions(all));
    }

    /** Functions that do not depend on the object. */
    static Map<String, Functions.Function> common(FleetConfig config, Time time) {
        Map<String, Functions.Function> all = new HashMap<>();
        String start = text(time.instant());
        all.put("Now", arguments -> text(time.instant()));
        all.put("StartTime", arguments -> start);
        all.put("Version", arguments -> config.version());
        all.put("NodeConditions", arguments -> CONDITIONS);
        all.put("NodeIP", arguments -> config.nodeIp());
        all.put("NodePort", arguments -> 10250L);
        all.put("NodeIPWith", arguments -> config.nodeIp());
        all.put("NodeIPsWith", arguments -> new ArrayList<>(List.of(config.nodeIp())));
        return all;
    }

    private static String text(Instant instant) {
        return DateTimeFormatter.ISO_INSTANT.format(instant.truncatedTo(ChronoUnit.SECONDS));
    }

    /** Functions over one Node. */
    static Functions ofNode(String name) {
        return new Functions(Map.of("NodeName", arguments -> name, "PodIP", arguments -> null));
    }

    /** Functions over one Pod; the arguments of {@code PodIPWith} are node, host network, uid, name and namespace. */
    static Functions ofPod(
            String node, String uid, boolean hostNetwork, FleetConfig config, NodeRoster roster, PodAddresses pool) {
        Functions.Function address = arguments -> hostNetwork ? config.nodeIp() : pool.of(uid, roster.podRange(node));
        return new Functions(Map.of(
                "NodeName",
                arguments -> node,
                "PodIP",
                address,
                "PodIPWith",
                address,
                "PodIPsWith",
                arguments -> new ArrayList<>(List.of(address.call(arguments)))));
    }
}
