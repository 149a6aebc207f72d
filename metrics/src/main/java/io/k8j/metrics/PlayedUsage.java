package io.k8j.metrics;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.quantity.QuantityException;
import io.k8j.model.usage.Usage;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

/** What Pods on nodes that are only played use: what kwok's annotations say, for each of their containers. Pure. */
final class PlayedUsage {
    static final String CPU = "kwok.x-k8s.io/usage-cpu";
    static final String MEMORY = "kwok.x-k8s.io/usage-memory";
    /** Kwok's own amounts for Pods that say nothing. */
    private static final Usage NOTHING_SAID = new Usage(1_000_000, 1 << 20);

    private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);

    private PlayedUsage() {}

    static TreeMap<String, Usage> containers(Pod pod) {
        Usage each = of(pod.getMetadata().getAnnotations());
        TreeMap<String, Usage> uses = new TreeMap<>();
        for (Container container : pod.getSpec().getContainers()) uses.put(container.getName(), each);
        return uses;
    }

    private static Usage of(Map<String, String> annotations) {
        if (annotations == null) return NOTHING_SAID;
        return new Usage(
                amount(annotations.get(CPU), NANOS, NOTHING_SAID.cpuNanos()),
                amount(annotations.get(MEMORY), BigDecimal.ONE, NOTHING_SAID.memoryBytes()));
    }

    private static long amount(String text, BigDecimal scale, long otherwise) {
        if (text == null) return otherwise;
        try {
            BigDecimal amount = Quantity.parse(text).amount().multiply(scale);
            return amount.signum() < 0
                    ? 0
                    : amount.min(BigDecimal.valueOf(Long.MAX_VALUE / 1000)).longValue();
        } catch (QuantityException e) {
            return otherwise; // what is no amount says nothing
        }
    }
}
