package io.k8j.server.cli;

import io.k8j.server.Cluster;
import io.k8j.server.HeapKeeper;
import io.k8j.server.ServerConfig;
import io.k8j.server.Steps;
import io.k8j.server.flags.ApiServerFlags;
import io.k8j.server.flags.ControllerManagerFlags;
import io.k8j.server.flags.KubeletFlags;
import io.k8j.server.flags.SchedulerFlags;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code k8j server}: a one-node cluster, control plane and node in this process. */
@Command(
        name = "server",
        description = "Run a cluster: control plane and node in one process, until Ctrl-C.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true)
public final class ServerCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML file with flags, without the dashes. Flags given here win.")
    private Path config;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the cluster keeps its state.",
            defaultValue = "/var/lib/k8j")
    private Path dataDir;

    @Option(
            names = "--write-kubeconfig",
            paramLabel = "FILE",
            description = "Where the administrator's kubeconfig is written, mode 0600.",
            defaultValue = "/etc/k8j/kubeconfig.yaml")
    private Path writeKubeconfig;

    @Option(
            names = "--bind-address",
            paramLabel = "IP",
            description = "Address the API server listens on.",
            defaultValue = "0.0.0.0")
    private String bindAddress;

    @Option(
            names = "--https-listen-port",
            paramLabel = "PORT",
            description = "Port the API server listens on.",
            defaultValue = "6443")
    private int httpsListenPort;

    @Option(
            names = "--advertise-address",
            paramLabel = "IP",
            description = "Address under which Pods reach the API server (default: the node's).")
    private String advertiseAddress;

    @Option(
            names = "--tls-san",
            paramLabel = "NAME",
            description = "Further name or address of the API server's certificate; may be repeated.",
            split = ",")
    private List<String> tlsSan = new ArrayList<>();

    @Mixin
    private NodeOptions node;

    @Option(
            names = "--cluster-cidr",
            paramLabel = "CIDR",
            description = "Addresses of Pods.",
            defaultValue = "10.42.0.0/16")
    private String clusterCidr;

    @Option(
            names = "--service-cidr",
            paramLabel = "CIDR",
            description = "Addresses of Services.",
            defaultValue = "10.43.0.0/16")
    private String serviceCidr;

    @Option(
            names = "--cluster-dns",
            paramLabel = "IP",
            description = "Address of the cluster's DNS, within --service-cidr.",
            defaultValue = "10.43.0.10")
    private String clusterDns;

    @Option(
            names = "--cluster-domain",
            paramLabel = "DOMAIN",
            description = "Domain of the cluster's names.",
            defaultValue = "cluster.local")
    private String clusterDomain;

    @Option(
            names = "--service-node-port-range",
            paramLabel = "FROM-TO",
            description = "Ports for Services of type NodePort.",
            defaultValue = "30000-32767")
    private String serviceNodePortRange;

    @Option(
            names = "--datastore-endpoint",
            paramLabel = "URL",
            description = "'embedded', 'memory', or the address of an etcd.",
            defaultValue = "embedded")
    private String datastoreEndpoint;

    @Option(names = "--token", paramLabel = "TOKEN", description = "Secret with which agents join.")
    private String token;

    @Option(
            names = "--disable",
            paramLabel = "NAME",
            description =
                    "Component to leave out (dns, proxy, scheduler, controllers, metrics-server); may be repeated.",
            split = ",")
    private Set<String> disable = new LinkedHashSet<>();

    @Option(
            names = "--runtime",
            paramLabel = "NAME",
            description = "What runs containers: ${COMPLETION-CANDIDATES}.",
            defaultValue = "containerd")
    private ServerConfig.Runtime runtime;

    @Option(
            names = "--simulated-nodes",
            paramLabel = "N",
            description = "Nodes to simulate, with --runtime simulated.",
            defaultValue = "0")
    private int simulatedNodes;

    @Option(names = "--disable-agent", description = "Run the control plane only, without a node.")
    private boolean disableAgent;

    @Mixin
    private RuntimeOptions containers;

    @Option(
            names = ApiServerFlags.OPTION,
            paramLabel = "NAME=VALUE",
            description = "Flag of upstream's kube-apiserver, such as oidc-issuer-url=URL; may be repeated.",
            split = "\n") // values may have commas
    private List<String> apiServerArguments = new ArrayList<>();

    @Option(
            names = KubeletFlags.OPTION,
            paramLabel = "NAME=VALUE",
            description = "Flag of upstream's kubelet, such as pod-manifest-path=DIR; may be repeated.",
            split = "\n") // values may have commas
    private List<String> kubeletArguments = new ArrayList<>();

    @Option(
            names = SchedulerFlags.OPTION,
            paramLabel = "NAME=VALUE",
            description = "Flag of upstream's kube-scheduler: config=FILE, a KubeSchedulerConfiguration.",
            split = "\n")
    private List<String> schedulerArguments = new ArrayList<>();

    @Option(
            names = ControllerManagerFlags.OPTION,
            paramLabel = "NAME=VALUE",
            description = "Flag of upstream's kube-controller-manager; may be repeated.",
            split = "\n")
    private List<String> controllerArguments = new ArrayList<>();

    @Mixin
    private LogOptions log;

    @Override
    public Integer call() throws Exception {
        log.apply();
        Steps steps = new Steps(
                System.out, System.console() != null && System.console().isTerminal());
        try (Cluster cluster = Cluster.start(checkedConfig(), steps);
                HeapKeeper keeper = HeapKeeper.start()) {
            cluster.announce(steps);
            cluster.awaitStop();
            cluster.shutDownNode();
            steps.say(
                    cluster.runsContainers()
                            ? "k8j: stopping; containers go on running ('k8j stop --all' ends them)"
                            : "k8j: stopping");
        }
        return 0;
    }

    /** A value that no cluster can have is wrong usage, as an unknown flag is. */
    private ServerConfig checkedConfig() {
        try {
            return toConfig();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private ServerConfig toConfig() {
        return new ServerConfig(
                dataDir.toAbsolutePath().normalize(),
                writeKubeconfig.toAbsolutePath().normalize(),
                bindAddress,
                httpsListenPort,
                advertiseAddress,
                tlsSan,
                node.name(),
                node.nodeIp,
                node.nodeLabels,
                node.nodeTaints,
                clusterCidr,
                serviceCidr,
                clusterDns,
                clusterDomain,
                serviceNodePortRange,
                datastoreEndpoint,
                token,
                disable,
                runtime,
                simulatedNodes,
                disableAgent,
                containers.containerRuntimeEndpoint,
                !containers.noInstall,
                containers.kubeletPort,
                containers.registriesDir,
                ApiServerFlags.parse(apiServerArguments),
                KubeletFlags.parse(kubeletArguments),
                SchedulerFlags.parse(schedulerArguments),
                ControllerManagerFlags.parse(controllerArguments));
    }
}
