package io.k8j.controllers.nodeipam;

import io.fabric8.kubernetes.api.model.Node;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventRecorder;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.PatchType;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each node a Pod network out of the cluster's. One worker, so that the pools need no lock; the first run of all
 * marks what the nodes have already.
 */
public final class NodeIpamController {
    private static final Logger LOG = LoggerFactory.getLogger(NodeIpamController.class);

    private final ControllerContext context;
    private final Informer<Node> nodes;
    private final EventRecorder events;
    private final List<CidrPool> pools = new ArrayList<>();
    private final Map<String, List<String>> given = new HashMap<>(); // worker only; by node
    private final ControllerLoop<ObjectKey> loop;
    private boolean primed; // worker only
    private boolean exhausted; // worker only; said once, not for each of thousands of nodes

    private NodeIpamController(ControllerContext context) {
        this.context = context;
        this.nodes = context.informer(Node.class);
        this.events = context.recorder("cidrAllocator");
        for (String cidr : context.config().clusterCidrs()) {
            boolean ipv6 = cidr.indexOf(':') >= 0;
            pools.add(new CidrPool(
                    cidr,
                    ipv6
                            ? context.config().nodeCidrMaskIpv6()
                            : context.config().nodeCidrMaskIpv4()));
        }
        this.loop = new ControllerLoop<>("noderesource_ipam", context.time(), this::reconcile);
        if (!pools.isEmpty()) {
            nodes.onChange(Handlers.any(node -> loop.queue().add(ObjectKey.of(node))));
        }
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new NodeIpamController(context).loop, 1);
    }

    private Outcome reconcile(ObjectKey key) {
        if (!primed) {
            nodes.all().forEach(node -> keep(Nulls.name(node), cidrs(node)));
            primed = true;
        }
        Optional<Node> found = nodes.get(key);
        if (found.isEmpty()) {
            List<String> free = given.remove(key.name());
            if (free != null) {
                free.forEach(cidr -> pools.forEach(pool -> pool.release(cidr)));
            }
            return Outcome.DONE;
        }
        Node node = found.get();
        if (!cidrs(node).isEmpty()) {
            keep(key.name(), cidrs(node));
            return Outcome.DONE;
        }
        List<String> cidrs = given.get(key.name());
        if (cidrs == null) {
            Optional<List<String>> taken = take();
            if (taken.isEmpty()) {
                events.normal(
                        node, "CIDRNotAvailable", "Node %s status is now: CIDRNotAvailable".formatted(key.name()));
                if (!exhausted) {
                    exhausted = true;
                    LOG.atWarn()
                            .addKeyValue("node", key.name())
                            .addKeyValue("clusterCIDR", context.config().clusterCidrs())
                            .log("no free Pod network, this and further nodes wait for one");
                }
                return new Outcome.Later("a free Pod network");
            }
            exhausted = false;
            cidrs = taken.get();
            given.put(key.name(), cidrs);
        }
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("podCIDR", cidrs.getFirst());
        spec.put("podCIDRs", cidrs);
        context.resources(Node.class).patch(key, PatchType.STRATEGIC, Map.of("spec", spec), "");
        return Outcome.DONE;
    }

    private void keep(String node, List<String> cidrs) {
        if (!cidrs.isEmpty() && !cidrs.equals(given.get(node))) {
            cidrs.forEach(cidr -> pools.forEach(pool -> pool.occupy(cidr)));
            given.put(node, cidrs);
        }
    }

    private Optional<List<String>> take() {
        List<String> taken = new ArrayList<>();
        for (CidrPool pool : pools) {
            Optional<String> cidr = pool.take();
            if (cidr.isEmpty()) {
                for (int i = 0; i < taken.size(); i++) {
                    pools.get(i).release(taken.get(i));
                }
                return Optional.empty();
            }
            taken.add(cidr.get());
        }
        return Optional.of(taken);
    }

    private static List<String> cidrs(Node node) {
        if (node.getSpec() == null) {
            return List.of();
        }
        List<String> cidrs = Nulls.list(node.getSpec().getPodCIDRs());
        if (cidrs.isEmpty() && !Nulls.isEmpty(node.getSpec().getPodCIDR())) {
            return List.of(node.getSpec().getPodCIDR());
        }
        return List.copyOf(cidrs);
    }
}
