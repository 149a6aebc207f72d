package io.k8j.server.join;

import io.k8j.model.time.SystemTime;
import io.k8j.server.Addresses;
import io.k8j.server.Closing;
import io.k8j.server.Cluster;
import io.k8j.server.ServerConfig;
import io.k8j.server.ServerLock;
import io.k8j.server.Steps;
import io.k8j.server.StopLimit;
import io.k8j.server.StopSignal;
import io.k8j.server.Version;
import io.k8j.server.node.NodeComponents;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** One more node of a cluster that runs elsewhere: container runtime, kubelet and service proxy in this process. */
public final class Agent implements AutoCloseable {
    private final Closing closing = new Closing();
    private final StopSignal stop = new StopSignal();
    private final NodeComponents node;

    private Agent(NodeComponents node) {
        this.node = node;
    }

    /**
     * Joins the cluster, or goes on as the node that has joined it before; when this returns, the node is ready.
     *
     * @param config the node's settings and the cluster's ranges of addresses
     * @param server the API server
     * @param token what {@code k8j token create} printed; null if the node has joined before
     * @throws io.k8j.server.UserException for what the user can put right
     * @throws IllegalArgumentException if the token is none
     */
    public static Agent start(ServerConfig config, URI server, String token, Steps steps) throws Exception {
        JoinToken parsed = token == null ? null : JoinToken.parse(token);
        Closing begun = new Closing();
        try {
            steps.say("k8j " + Version.GIT + " on " + config.dataDir());
            begun.add(ServerLock.acquire(config.dataDir()));
            StopLimit.note(config);
            Cluster.prepareMachine(config, steps);
            SystemTime time = begun.add(new SystemTime());
            Addresses addresses = Addresses.of(config);
            NodeComponents node = begun.add(NodeComponents.begin(config, addresses.node()));
            Path directory = config.agentDir().resolve("tls");
            Callable<NodeCertificates> source = () -> NodeCertificates.obtain(
                    directory, server, parsed, config.nodeName(), addresses.servingNames(config), time);
            NodeCertificates certificates = steps.step("certificates: " + directory, source::call);
            RemoteCluster cluster = begun.add(new RemoteCluster(certificates.access(server), time));
            CertificateKeeper keeper = begun.add(CertificateKeeper.start(
                    certificates, source, renewed -> cluster.renew(renewed.access(server)), time));
            begun.add(node::close);
            node.start(cluster, keeper::tls, steps);
            node.startNetwork(cluster, steps);
            steps.step("node ready", () -> {
                node.awaitReady(cluster);
                return null;
            });
            Agent agent = new Agent(node);
            agent.closing.add(begun);
            return agent;
        } catch (Exception e) {
            begun.closeAfter(e);
            throw e;
        }
    }

    /** Blocks until Ctrl-C or SIGTERM. */
    public void awaitStop() throws InterruptedException {
        stop.await();
    }

    /** Ends the Pods if the machine goes down and the kubelet is told to give them time. */
    public void shutDownNode() throws InterruptedException {
        node.shutDown();
    }

    @Override
    public void close() {
        closing.close();
        stop.closed();
    }
}
