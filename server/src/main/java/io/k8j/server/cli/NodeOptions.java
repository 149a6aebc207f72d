package io.k8j.server.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What a node is called and marked with. */
final class NodeOptions {
    @Option(names = "--node-name", paramLabel = "NAME", description = "Name of this node (default: the machine's).")
    private String nodeName;

    @Option(
            names = "--node-ip",
            paramLabel = "IP",
            description = "Address of this node (default: of the default route's interface).")
    String nodeIp;

    @Option(
            names = "--node-label",
            paramLabel = "KEY=VALUE",
            description = "Label of this node; may be repeated.",
            split = ",")
    Map<String, String> nodeLabels = new LinkedHashMap<>();

    @Option(
            names = "--node-taint",
            paramLabel = "KEY=VALUE:EFFECT",
            description = "Taint of this node; may be repeated.",
            split = ",")
    List<String> nodeTaints = new ArrayList<>();

    /** The given name, else the machine's. */
    String name() {
        return nodeName == null ? HostName.asNodeName() : nodeName;
    }
}
