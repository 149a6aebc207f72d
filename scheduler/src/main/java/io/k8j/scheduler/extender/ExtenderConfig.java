package io.k8j.scheduler.extender;

import io.k8j.client.https.ServerAccess;
import java.net.URI;
import java.time.Duration;
import java.util.Set;

/**
 * One entry of {@code extenders} in {@code kubescheduler.config.k8s.io/v1}.
 *
 * @param access where it listens, {@code urlPrefix} without a slash at its end, and how to trust it
 * @param filterVerb appended to the prefix; empty if it does not filter; likewise the other verbs
 * @param weight of its scores, 1 or more if it scores
 * @param timeout of each call
 * @param nodeCacheCapable whether it knows the nodes and is sent names only
 * @param managedResources it is asked only about Pods that want one of these; empty for all Pods
 * @param ignoredByScheduler those of them that the scheduler itself does not count
 * @param ignorable whether Pods are placed all the same when it fails
 */
public record ExtenderConfig(
        ServerAccess access,
        String filterVerb,
        String prioritizeVerb,
        String preemptVerb,
        String bindVerb,
        long weight,
        Duration timeout,
        boolean nodeCacheCapable,
        Set<String> managedResources,
        Set<String> ignoredByScheduler,
        boolean ignorable) {
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

    public ExtenderConfig {
        managedResources = Set.copyOf(managedResources);
        ignoredByScheduler = Set.copyOf(ignoredByScheduler);
        if (!prioritizeVerb.isEmpty() && weight <= 0) {
            throw new IllegalArgumentException(
                    "extenders: Priority for extender %s should have a positive weight applied to it"
                            .formatted(access.server()));
        }
    }

    URI url(String verb) {
        return URI.create(access.server() + "/" + verb);
    }
}
