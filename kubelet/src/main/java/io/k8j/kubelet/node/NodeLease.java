package io.k8j.kubelet.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.k8j.client.Client;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.client.Resources;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.model.time.Pace;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews a node's lease, by which others know that its agent lives. One virtual thread. */
final class NodeLease implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NodeLease.class);
    private static final String NAMESPACE = "kube-node-lease";
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'");

    private final Client client;
    private final Resources<Lease> leases;
    private final String nodeName;
    private final Duration duration;
    private final Supplier<Node> node;
    private final Thread thread;

    private NodeLease(Client client, String nodeName, Duration duration, Supplier<Node> node) {
        this.client = client;
        this.leases = client.resources(Lease.class);
        this.nodeName = nodeName;
        this.duration = duration;
        this.node = node;
        this.thread = Thread.ofVirtual().name("node-lease").unstarted(this::keep);
    }

    /** @param node the node's object, which owns the lease; null while it is not known */
    static NodeLease start(Client client, String nodeName, Duration duration, Supplier<Node> node) {
        NodeLease lease = new NodeLease(client, nodeName, duration, node);
        lease.thread.start();
        return lease;
    }

    private void keep() {
        try {
            while (true) {
                Duration next = duration.dividedBy(4);
                Pace pace = Pace.SIGN_OF_LIFE;
                try {
                    renew();
                } catch (ApiException | TransportException e) {
                    log.atDebug().addKeyValue("cause", e.getMessage()).log("node lease not renewed");
                    next = RETRY;
                    pace = Pace.EXACT;
                }
                client.time().sleep(pace, next);
            }
        } catch (InterruptedException e) {
            return; // closed
        }
    }

    private void renew() {
        ObjectKey key = new ObjectKey(NAMESPACE, nodeName);
        ZonedDateTime now =
                client.time().instant().truncatedTo(ChronoUnit.MICROS).atZone(ZoneOffset.UTC);
        try {
            Map<String, Object> patch = Map.of("spec", Map.of("renewTime", now.format(MICROS)));
            leases.patch(key, PatchType.MERGE, patch, "");
        } catch (ApiException e) {
            if (!e.isNotFound()) throw e;
            leases.create(fresh(key, now));
        }
    }

    private Lease fresh(ObjectKey key, ZonedDateTime now) {
        LeaseBuilder lease = new LeaseBuilder()
                .withNewMetadata()
                .withName(key.name())
                .withNamespace(key.namespace())
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(nodeName)
                .withLeaseDurationSeconds((int) duration.toSeconds())
                .withRenewTime(now)
                .endSpec();
        Node owner = node.get();
        if (owner != null) {
            lease.editMetadata()
                    .addNewOwnerReference()
                    .withApiVersion("v1")
                    .withKind("Node")
                    .withName(owner.getMetadata().getName())
                    .withUid(owner.getMetadata().getUid())
                    .endOwnerReference()
                    .endMetadata();
        }
        return lease.build();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
