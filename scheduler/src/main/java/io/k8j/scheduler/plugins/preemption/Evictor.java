package io.k8j.scheduler.plugins.preemption;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.DeleteOptions;
import io.k8j.client.EventRecorder;
import io.k8j.client.PatchType;
import io.k8j.client.Resources;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.scheduler.framework.FrameworkHandle;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the Pods that were chosen: those that are held before their binding lose their place, the others are deleted.
 * Called on the scheduling thread; with {@code async} the API server is asked on another one.
 */
final class Evictor {
    static final String BY_SCHEDULER = "PreemptionByScheduler";
    private static final Logger LOG = LoggerFactory.getLogger(Evictor.class);
    private static final String PLUGIN = "DefaultPreemption";

    private final FrameworkHandle framework;
    private final Resources<Pod> pods;
    private final EventRecorder events;
    private final boolean async;
    private final Set<String> preempting = new HashSet<>(); // uids of preemptors; of the scheduling thread

    Evictor(PluginContext context, boolean async) {
        this.framework = context.framework();
        this.pods = context.client().resources(Pod.class);
        this.events = context.events();
        this.async = async;
    }

    /** Whether room is being made for it at this moment. */
    boolean isBusyFor(String preemptor) {
        return preempting.contains(preemptor);
    }

    /**
     * Removes Pods; those that are being deleted already are left alone.
     *
     * @param where name of the node, for users
     * @return success, or what failed if that is known at once
     */
    Status evict(Preemptor preemptor, List<PodInfo> victims, String where) {
        List<PodInfo> leaving = new ArrayList<>();
        Set<String> held = new HashSet<>();
        framework.waiting().forEach(pod -> held.add(pod.uid()));
        for (PodInfo victim : victims) {
            if (victim.isBeingDeleted()) continue;
            if (held.contains(victim.uid())) {
                framework.preempt(victim.uid(), PLUGIN);
                tell(preemptor, victim, where, " (in kube-scheduler memory).");
            } else {
                leaving.add(victim);
            }
        }
        if (leaving.isEmpty()) return Status.SUCCESS;
        if (!async) {
            return deleteAll(preemptor, leaving, where) ? Status.SUCCESS : Status.error("pods not preempted");
        }
        preempting.add(preemptor.uid());
        framework.writers().execute(() -> {
            boolean failed = !deleteAll(preemptor, leaving, where);
            framework.post(() -> {
                preempting.remove(preemptor.uid());
                preemptor.pods().forEach(framework::reconsider);
                if (failed) preemptor.pods().forEach(framework::retry);
            });
        });
        return Status.SUCCESS;
    }

    private boolean deleteAll(Preemptor preemptor, List<PodInfo> leaving, String where) {
        boolean done = true;
        for (PodInfo victim : leaving) done &= delete(preemptor, victim, where);
        return done;
    }

    private boolean delete(Preemptor preemptor, PodInfo victim, String where) {
        Map<String, Object> condition = new LinkedHashMap<>();
        condition.put("type", "DisruptionTarget");
        condition.put("status", "True");
        condition.put("reason", BY_SCHEDULER);
        condition.put(
                "message",
                preemptor.schedulerName() + ": preempting to accommodate a higher priority " + preemptor.type());
        condition.put("lastProbeTime", null);
        condition.put(
                "lastTransitionTime",
                pods.client().time().instant().truncatedTo(ChronoUnit.SECONDS).toString());
        if (victim.pod().getMetadata().getGeneration() != null) {
            condition.put("observedGeneration", victim.pod().getMetadata().getGeneration());
        }
        Map<String, Object> patch =
                Map.of("metadata", Map.of("uid", victim.uid()), "status", Map.of("conditions", List.of(condition)));
        try {
            pods.patch(victim.key(), PatchType.STRATEGIC, patch, "status");
            pods.delete(victim.key(), DeleteOptions.ofUid(victim.uid()));
        } catch (ApiException e) {
            if (e.isNotFound() || e.isConflict()) {
                return true; // it is gone already
            }
            return failed(preemptor, victim, e);
        } catch (TransportException e) {
            return failed(preemptor, victim, e);
        }
        tell(preemptor, victim, where, "");
        return true;
    }

    private void tell(Preemptor preemptor, PodInfo victim, String where, String how) {
        events.normal(
                victim.pod(),
                "Preempted",
                "Preempted by %s %s on node %s%s".formatted(preemptor.type(), preemptor.uid(), where, how));
    }

    private static boolean failed(Preemptor preemptor, PodInfo victim, RuntimeException cause) {
        LOG.atWarn()
                .addKeyValue(preemptor.type(), preemptor.uid())
                .addKeyValue("victim", victim)
                .addKeyValue("cause", cause.getMessage())
                .log("pod not preempted");
        return false;
    }
}
