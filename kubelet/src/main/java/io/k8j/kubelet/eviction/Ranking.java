package io.k8j.kubelet.eviction;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.kubelet.pods.spec.Amounts;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides which Pod is evicted first, and what is said about it. Pure. */
final class Ranking {
    /** Pods at or above this priority keep the cluster going and are never evicted. */
    private static final int SYSTEM_CRITICAL = 2_000_000_000;

    /** A Pod with what it uses. */
    record Candidate(Pod pod, PodUse use) {
        private long used(String resource) {
            return use.total(resource);
        }

        /** Whether it asked for less than it uses; of PIDs nobody can ask for any. */
        private boolean exceeds(String resource) {
            return !resource.equals("pids") && used(resource) > requested(resource);
        }

        private long requested(String resource) {
            return pod.getSpec().getContainers().stream()
                    .mapToLong(container -> request(container, resource))
                    .sum();
        }
    }

    private Ranking() {}

    /** Those who use more than they asked for come first, then low priorities, then those who exceed most. */
    static Optional<Candidate> first(List<Candidate> candidates, String resource) {
        return candidates.stream()
                .filter(candidate -> !isCritical(candidate.pod()))
                .min(Comparator.comparing((Candidate c) -> !c.exceeds(resource))
                        .thenComparing(Ranking::priority)
                        .thenComparing(c -> c.requested(resource) - c.used(resource)));
    }

    /** Whether a Pod keeps the cluster or the node going and is never evicted. */
    static boolean isCritical(Pod pod) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        boolean isStatic = annotations != null && annotations.containsKey("kubernetes.io/config.source");
        return isStatic || priority(pod) >= SYSTEM_CRITICAL;
    }

    private static int priority(Candidate candidate) {
        return priority(candidate.pod());
    }

    private static int priority(Pod pod) {
        Integer priority = pod.getSpec().getPriority();
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
    static String message(Candidate candidate, Threshold threshold, Observation seen) {
        String resource = threshold.signal().resource();
        StringBuilder text =
                new StringBuilder("The node was low on resource: %s. Threshold quantity: %s, available: %s. "
                        .formatted(resource, quantity(threshold, seen), amount(resource, seen.available())));
        for (Container container : candidate.pod().getSpec().getContainers()) {
            long used = candidate.use().of(container.getName(), resource);
            long requested = request(container, resource);
            if (used > requested) {
                text.append("Container %s was using %s, request is %s, has larger consumption of %s. "
                        .formatted(container.getName(), binary(used), binary(requested), resource));
            }
        }
        return text.toString();
    }

    private static String quantity(Threshold threshold, Observation seen) {
        return threshold.least().quantity() != null
                ? threshold.least().quantity().toString()
                : amount(threshold.signal().resource(), threshold.least().of(seen.capacity()));
    }

    /** Bytes have binary units, pieces have none. */
    private static String amount(String resource, long amount) {
        return resource.equals("memory") || resource.equals("ephemeral-storage")
                ? binary(amount)
                : Long.toString(amount);
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
