package io.k8j.scheduler.plugins.group;

import io.k8j.client.ObjectKey;
import io.k8j.model.group.PodGroup;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.groups.GroupPlacement;
import io.k8j.scheduler.groups.GroupPlugin;
import io.k8j.scheduler.groups.PodGroups;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Offers each domain of the topology that a group must stay in; the one where it has Pods already, if there is one. */
public final class TopologyPlacementPlugin implements GroupPlugin.Generate {
    private static final String UNKNOWN = "cannot determine domain for already scheduled pods: ";

    private final Nodes nodes;
    private final PodGroups groups;

    public TopologyPlacementPlugin(PluginContext context) {
        this.nodes = context.nodes();
        this.groups = context.groups();
    }

    @Override
    public String name() {
        return "TopologyPlacementGenerator";
    }

    @Override
    public GroupPlugin.Generated placements(ObjectKey key, List<NodeInfo> all) {
        PodGroup group = groups.get(key);
        if (group == null) return failed("podgroup.scheduling.k8s.io \"%s\" not found".formatted(key.name()));
        String topology = group.topologyKey();
        if (topology == null) {
            return new GroupPlugin.Generated(Status.SUCCESS, List.of(new GroupPlacement("", all)));
        }
        String required = null;
        for (PodInfo pod : groups.onNodes(key)) {
            NodeInfo node = nodes.get(pod.nodeName());
            String domain = node == null ? null : node.labels().get(topology);
            if (node == null) {
                return failed(UNKNOWN
                        + "getting node for pod %s: nodeinfo not found for node name \"%s\""
                                .formatted(pod.key(), pod.nodeName()));
            }
            if (domain == null) return failed(UNKNOWN + "no topology domain found for pod " + pod.key());
            if (required != null && !required.equals(domain)) {
                return failed(UNKNOWN + "more than 1 domain found for pod group: %s, %s".formatted(required, domain));
            }
            required = domain;
        }
        return new GroupPlugin.Generated(Status.SUCCESS, domains(all, topology, required));
    }

    private static GroupPlugin.Generated failed(String message) {
        return new GroupPlugin.Generated(Status.error(message), List.of());
    }

    /** @param required the only domain; null for any */
    static List<GroupPlacement> domains(List<NodeInfo> all, String topology, String required) {
        Map<String, List<NodeInfo>> domains = new LinkedHashMap<>();
        for (NodeInfo node : all) {
            String domain = node.labels().get(topology);
            if (domain != null && (required == null || required.equals(domain))) {
                domains.computeIfAbsent(domain, name -> new ArrayList<>()).add(node);
            }
        }
        List<GroupPlacement> placements = new ArrayList<>();
        domains.forEach((name, members) -> placements.add(new GroupPlacement(name, members)));
        return placements;
    }
}
