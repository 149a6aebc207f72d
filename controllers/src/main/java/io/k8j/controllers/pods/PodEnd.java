package io.k8j.controllers.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.client.Resources;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import io.k8j.model.api.ApiException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Ends Pods from outside, and writes into their status why. */
public final class PodEnd {
    private final Resources<Pod> pods;

    public PodEnd(Resources<Pod> pods) {
        this.pods = pods;
    }

    /**
     * Adds the condition DisruptionTarget, if it is not there.
     *
     * @param failed whether nobody else will end the Pod, so that its phase becomes Failed here
     */
    public void disrupt(Pod pod, String reason, String message, boolean failed, Instant now) {
        if (Pods.isFinished(pod) || (!failed && Pods.hasTrue(pod, "DisruptionTarget"))) {
            return;
        }
        Map<String, Object> condition = new LinkedHashMap<>();
        condition.put("type", "DisruptionTarget");
        condition.put("status", "True");
        condition.put("reason", reason);
        condition.put("message", message);
        condition.put("lastTransitionTime", since(pod, now));
        condition.put("observedGeneration", Nulls.generation(pod));
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("conditions", List.of(condition));
        if (failed) {
            status.put("observedGeneration", Nulls.generation(pod));
            status.put("phase", "Failed");
        }
        write(pod, status);
    }

    /** The condition's time is that of the change of its status. */
    private static String since(Pod pod, Instant now) {
        return Pods.condition(pod, "DisruptionTarget")
                .filter(before -> "True".equals(before.getStatus()))
                .map(PodCondition::getLastTransitionTime)
                .orElseGet(() -> Times.text(now));
    }

    /** Ends a Pod that no kubelet will end, unless it is over. */
    public void fail(Pod pod) {
        if (!Pods.isFinished(pod)) {
            write(pod, Map.of("phase", "Failed", "observedGeneration", Nulls.generation(pod)));
        }
    }

    private void write(Pod pod, Map<String, Object> status) {
        try {
            pods.patch(ObjectKey.of(pod), PatchType.STRATEGIC, Map.of("status", status), "status");
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    /** @param graceSeconds null for the Pod's own */
    public void delete(Pod pod, Long graceSeconds) {
        DeleteOptions options = DeleteOptions.ofUid(Nulls.uid(pod));
        pods.deleteIfPresent(ObjectKey.of(pod), graceSeconds == null ? options : options.gracePeriod(graceSeconds));
    }
}
