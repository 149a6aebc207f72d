package io.k8j.server.cli;

import io.k8j.server.HeapKeeper;
import io.k8j.server.ServerConfig;
import io.k8j.server.Steps;
import io.k8j.server.flags.KubeletFlags;
import io.k8j.server.join.Agent;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code k8j agent}: one more node of a cluster that runs elsewhere. */
@Command(
        name = "agent",
        description = "Run a node of a cluster whose control plane runs elsewhere, until Ctrl-C.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true)
final class AgentCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML file with flags, without the dashes. Flags given here win.")
    private Path config;

    @Option(
            names = "--server",
            paramLabel = "URL",
            required = true,
            description = "The cluster's API server, such as https://10.0.0.1:6443.")
    private URI server;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "What 'k8j token create' printed there; not needed once the node has joined.")
    private String token;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the node keeps its state.",
            defaultValue = "/var/lib/k8j")
    private Path dataDir;

    @Mixin
    private NodeOptions node;

    @Option(
            names = "--cluster-cidr",
            paramLabel = "CIDR",
            description = "Addresses of Pods, as the server has it.",
            defaultValue = "10.42.0.0/16")
    private String clusterCidr;

    @Option(
            names = "--service-cidr",
            paramLabel = "CIDR",
            description = "Addresses of Services, as the server has it.",
            defaultValue = "10.43.0.0/16")
    private String serviceCidr;

    @Option(
            names = "--cluster-dns",
            paramLabel = "IP",
            description = "Address of the cluster's DNS, as the server has it.",
            defaultValue = "10.43.0.10")
    private String clusterDns;

    @Option(
            names = "--cluster-domain",
            paramLabel = "DOMAIN",
            description = "Domain of the cluster's names, as the server has it.",
            defaultValue = "cluster.local")
    private String clusterDomain;

    @Mixin
    private RuntimeOptions containers;

    @Option(
            names = KubeletFlags.OPTION,
            paramLabel = "NAME=VALUE",
            description = "Flag of upstream's kubelet, such as pod-manifest-path=DIR; may be repeated.",
            split = "\n") // values may have commas
    private List<String> kubeletArguments = new ArrayList<>();

    @Mixin
    private LogOptions log;

    @Override
    public Integer call() throws Exception {
        log.apply();
        Steps steps = new Steps(
                System.out, System.console() != null && System.console().isTerminal());
        try (Agent agent = start(steps);
                HeapKeeper keeper = HeapKeeper.start()) {
            steps.say("Ready after %.1f s.".formatted(steps.total().toMillis() / 1000.0));
            agent.awaitStop();
            agent.shutDownNode();
            steps.say("k8j: stopping; containers go on running ('k8j stop --all' ends them)");
        }
        return 0;
    }

    /** A value that no node can have is wrong usage, as an unknown flag is. */
    private Agent start(Steps steps) throws Exception {
        if (!"https".equals(server.getScheme()) || server.getHost() == null) {
            throw new ParameterException(
                    spec.commandLine(), "--server %s: must be a URL such as https://10.0.0.1:6443".formatted(server));
        }
        try {
            return Agent.start(settings(), server, token, steps);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private ServerConfig settings() {
        return ServerConfig.agent(
                dataDir.toAbsolutePath().normalize(),
                node.name(),
                node.nodeIp,
                node.nodeLabels,
                node.nodeTaints,
                clusterCidr,
                serviceCidr,
                clusterDns,
                clusterDomain,
                containers.containerRuntimeEndpoint,
                !containers.noInstall,
                containers.kubeletPort,
                containers.registriesDir,
                KubeletFlags.parse(kubeletArguments));
    }
}
