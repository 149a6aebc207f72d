package io.k8j.controllers.podgc;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.PodEnd;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.api.ApiException;
import io.k8j.model.time.Pace;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes Pods that would stay for ever: looks every 20 seconds. */
public final class PodGarbageController {
    private static final Logger LOG = LoggerFactory.getLogger(PodGarbageController.class);
    private static final Duration PERIOD = Duration.ofSeconds(20);
    private static final Duration QUARANTINE = Duration.ofSeconds(40);

    private final ControllerContext context;
    private final Informer<Node> nodes;
    private final PodEnd end;
    private final Map<String, Instant> missingSince = new HashMap<>(); // worker only
    private final ControllerLoop<String> loop;

    private PodGarbageController(ControllerContext context) {
        this.context = context;
        this.nodes = context.informer(Node.class);
        this.end = new PodEnd(context.resources(Pod.class));
        this.loop = new ControllerLoop<>("pod_garbage_collector", context.time(), this::reconcile);
    }

    public static Controller create(ControllerContext context) {
        PodGarbageController controller = new PodGarbageController(context);
        return Controller.of(controller.loop, 1, () -> controller.loop.queue().add("all"));
    }

    private Outcome reconcile(String all) {
        Instant now = context.now();
        Map<String, Node> byName = new HashMap<>();
        nodes.all().forEach(node -> byName.put(Nulls.name(node), node));
        PodGarbagePlan plan = PodGarbagePlan.of(
                context.pods().informer().all(), byName, context.config().terminatedPodThreshold());
        Set<String> gone = surelyGone(plan.missingNodes(), now);
        each(plan.finished(), pod -> end.delete(pod, 0L));
        each(plan.outOfService(), pod -> {
            end.fail(pod);
            end.delete(pod, 0L);
        });
        each(plan.orphaned(), pod -> {
            if (gone.contains(pod.getSpec().getNodeName())) {
                end.disrupt(pod, "DeletionByPodGC", "PodGC: node no longer exists", true, now);
                end.delete(pod, 0L);
            }
        });
        each(plan.unscheduled(), pod -> {
            end.fail(pod);
            end.delete(pod, 0L);
        });
        return Outcome.again(Pace.LOOK, PERIOD);
    }

    /** One Pod that cannot be removed does not keep the others. */
    private static void each(List<Pod> pods, Consumer<Pod> removal) {
        for (Pod pod : pods) {
            try {
                removal.accept(pod);
            } catch (ApiException e) {
                LOG.atWarn()
                        .addKeyValue("pod", ObjectKey.of(pod))
                        .addKeyValue("cause", e.getMessage())
                        .log("Pod not removed, will be repeated");
            }
        }
    }

    /** Our copy may be behind, and a node may come right back; so wait, and then ask the server. */
    private Set<String> surelyGone(Set<String> missing, Instant now) {
        missingSince.keySet().retainAll(missing);
        Set<String> gone = new HashSet<>();
        for (String name : missing) {
            Instant since = missingSince.computeIfAbsent(name, k -> now);
            if (!since.plus(QUARANTINE).isAfter(now)
                    && context.resources(Node.class).find(ObjectKey.of(name)).isEmpty()) {
                gone.add(name);
            }
        }
        return gone;
    }
}
