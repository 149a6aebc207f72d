package io.k8j.kubelet;

/**
 * What a node does beyond running the Pods of the API.
 *
 * @param hostPortTable nftables table for host ports; empty if something else serves them
 * @param bridge interface to which Pods are attached; empty if unknown
 */
public record NodeExtras(String hostPortTable, String bridge) {
    /** Nothing. */
    public static final NodeExtras NONE = new NodeExtras("", "");

    /** With host ports in a table of nftables. */
    public NodeExtras withHostPorts(String table, String newBridge) {
        return new NodeExtras(table, newBridge);
    }
}
