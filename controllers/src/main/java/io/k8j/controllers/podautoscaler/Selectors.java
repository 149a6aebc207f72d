package io.k8j.controllers.podautoscaler;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.ObjectKey;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.selector.LabelSelector;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Which Pods each autoscaler's target has, to find those that have the same. Safe for all threads. */
final class Selectors {
    private final Map<ObjectKey, LabelSelector> known = new ConcurrentHashMap<>();

    /** Takes note of an autoscaler, whose target is not known yet. */
    void add(ObjectKey autoscaler) {
        known.putIfAbsent(autoscaler, LabelSelector.NOTHING);
    }

    /** Takes note of the target's Pods, unless the autoscaler is gone. */
    void put(ObjectKey autoscaler, LabelSelector selector) {
        known.computeIfPresent(autoscaler, (key, before) -> selector);
    }

    void remove(ObjectKey autoscaler) {
        known.remove(autoscaler);
    }

    /** The autoscalers that have at least one of these Pods, in order of their names. */
    List<ObjectKey> having(String namespace, Collection<Pod> pods) {
        return known.entrySet().stream()
                .filter(entry -> entry.getKey().namespace().equals(namespace))
                .filter(entry -> pods.stream().anyMatch(pod -> entry.getValue().matches(Nulls.labels(pod))))
                .map(Map.Entry::getKey)
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .toList();
    }
}
