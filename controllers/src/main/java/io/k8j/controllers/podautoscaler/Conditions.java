package io.k8j.controllers.podautoscaler;

import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerCondition;
import io.k8j.controllers.support.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The conditions of an autoscaler while it is looked at. Belongs to one thread. */
final class Conditions {
    private final List<HorizontalPodAutoscalerCondition> all;
    private final Instant now;

    /** @param before is not changed */
    Conditions(List<HorizontalPodAutoscalerCondition> before, Instant now) {
        this.all = new ArrayList<>(before);
        this.now = now;
    }

    /** Adds or replaces a condition; the time of its transition changes with its status only. */
    void set(String type, boolean status, String reason, String message) {
        String word = status ? "True" : "False";
        int at = 0;
        while (at < all.size() && !type.equals(all.get(at).getType())) at++;
        String since = at < all.size() && word.equals(all.get(at).getStatus())
                ? all.get(at).getLastTransitionTime()
                : Times.text(now);
        HorizontalPodAutoscalerCondition next = new HorizontalPodAutoscalerCondition();
        next.setType(type);
        next.setStatus(word);
        next.setLastTransitionTime(since);
        next.setReason(reason);
        next.setMessage(message);
        if (at < all.size()) all.set(at, next);
        else all.add(next);
    }

    boolean isTrue(String type) {
        return all.stream().anyMatch(c -> type.equals(c.getType()) && "True".equals(c.getStatus()));
    }

    List<HorizontalPodAutoscalerCondition> list() {
        return List.copyOf(all);
    }
}
