package io.k8j.controllers.disruption;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Handlers;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.PatchType;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import io.k8j.model.api.ApiException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes the condition DisruptionTarget back from Pods that were to be disrupted and, two minutes later, still are not
 * being deleted. What a kubelet has written stays, since its Pods may take as long as they like.
 */
final class StaleTargets {
    static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final String TYPE = "DisruptionTarget";
    private static final String BY_KUBELET = "TerminationByKubelet";

    private final ControllerContext context;
    private final ControllerLoop<ObjectKey> loop;

    StaleTargets(ControllerContext context) {
        this.context = context;
        this.loop = new ControllerLoop<>("stale_pod_disruption", context.time(), this::reconcile);
        context.pods().informer().onChange(Handlers.of(this::seen, (before, now) -> seen(now), gone -> {}));
    }

    ControllerLoop<ObjectKey> loop() {
        return loop;
    }

    private void seen(Pod pod) {
        staleAt(pod).ifPresent(time -> loop.queue().addAfter(ObjectKey.of(pod), Duration.between(context.now(), time)));
    }

    /** When the Pod's condition will have come to nothing; empty if it has none that may. */
    static Optional<Instant> staleAt(Pod pod) {
        if (Nulls.isDeleting(pod) || Pods.isFinished(pod)) {
            return Optional.empty();
        }
        return Pods.condition(pod, TYPE)
                .filter(condition -> "True".equals(condition.getStatus()) && !BY_KUBELET.equals(condition.getReason()))
                .map(PodCondition::getLastTransitionTime)
                .map(since -> Times.parse(since).plus(TIMEOUT));
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<Pod> pod = context.pods().informer().get(key);
        Optional<Instant> stale = pod.flatMap(StaleTargets::staleAt);
        if (stale.isEmpty()) {
            return Outcome.DONE;
        }
        Instant now = context.now();
        if (stale.get().isAfter(now)) {
            return Outcome.again(Duration.between(now, stale.get()));
        }
        Map<String, Object> condition = new LinkedHashMap<>();
        condition.put("type", TYPE);
        condition.put("status", "False");
        condition.put("reason", null);
        condition.put("message", null);
        condition.put("lastTransitionTime", Times.text(now));
        condition.put("observedGeneration", Nulls.generation(pod.get()));
        Map<String, Object> metadata = Map.of(
                "uid", Nulls.uid(pod.get()),
                "resourceVersion", pod.get().getMetadata().getResourceVersion());
        try {
            context.resources(Pod.class)
                    .patch(
                            key,
                            PatchType.STRATEGIC,
                            Map.of("metadata", metadata, "status", Map.of("conditions", List.of(condition))),
                            "status");
        } catch (ApiException e) {
            if (!e.isNotFound() && !e.isConflict()) { // a newer Pod is looked at when its news come
                throw e;
            }
        }
        return Outcome.DONE;
    }
}
