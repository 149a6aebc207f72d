package io.k8j.scheduler.groups;

import io.k8j.scheduler.framework.NodeInfo;
import java.util.List;

/**
 * Nodes that a group may be spread over.
 *
 * @param name value of the topology's label; empty for all nodes
 */
public record GroupPlacement(String name, List<NodeInfo> nodes) {}
