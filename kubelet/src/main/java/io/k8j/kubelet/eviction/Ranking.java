package io.k8j.kubelet.eviction;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.kubelet.pods.Amounts;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides which Pod is evicted first, and what is said about it. Pure. */
final class Ranking {
    /** Pods at or above this priority keep the cluster going and are never evicted. */
    private static final int SYSTEM_CRITICAL = 2_000_000_000;

    /**
     * A Pod with what its containers use.
     *
     * @param use bytes of the resource that is short, by container name
     */
    record Candidate(Pod pod, Map<String, Long> use) {
        private long used() {
            return use.values().stream().mapToLong(Long::longValue).sum();
        }

        private long requested(String resource) {
            return pod.getSpec().getContainers().stream()
                    .mapToLong(container -> request(container, resource))
                    .sum();
        }
    }

    private Ranking() {}

    /** Those who use more than they asked for come first, then low priorities, then those who exceed most. */
    static Optional<Candidate> first(List<Candidate> candidates, Shortage shortage) {
        String resource = shortage.resource();
        return candidates.stream()
                .filter(candidate -> priority(candidate) < SYSTEM_CRITICAL)
                .min(Comparator.comparing((Candidate c) -> c.used() <= c.requested(resource))
                        .thenComparing(Ranking::priority)
                        .thenComparing(c -> c.requested(resource) - c.used()));
    }

    private static int priority(Candidate candidate) {
        Integer priority = candidate.pod().getSpec().getPriority();
        return priority == null ? 0 : priority;
    }

    private static long request(Container container, String resource) {
        Quantity amount =
                container.getResources() == null || container.getResources().getRequests() == null
                        ? null
                        : container.getResources().getRequests().get(resource);
        return Amounts.whole(amount);
    }

    /** Upstream's sentence. */
    static String message(Candidate candidate, Shortage shortage) {
        String resource = shortage.resource();
        StringBuilder text =
                new StringBuilder("The node was low on resource: %s. Threshold quantity: %s, available: %s. "
                        .formatted(resource, binary(shortage.threshold()), binary(shortage.available())));
        for (Container container : candidate.pod().getSpec().getContainers()) {
            long used = candidate.use().getOrDefault(container.getName(), 0L);
            long requested = request(container, resource);
            if (used > requested) {
                text.append("Container %s was using %s, request is %s, has larger consumption of %s. "
                        .formatted(container.getName(), binary(used), binary(requested), resource));
            }
        }
        return text.toString();
    }

    /** Bytes in the largest unit that needs no fraction. */
    static String binary(long bytes) {
        String[] units = {"", "Ki", "Mi", "Gi", "Ti", "Pi"};
        int unit = 0;
        long amount = bytes;
        while (amount != 0 && amount % 1024 == 0 && unit < units.length - 1) {
            amount /= 1024;
            unit++;
        }
        return amount + units[unit];
    }
}
