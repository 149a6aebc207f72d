package io.k8j.scheduler.framework;

import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.model.quantity.QuantityException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Small numbers for resource names, so that amounts live in arrays. CPU counts in thousandths, everything else in whole
 * units. Safe for all threads; numbers are never given back, of which there are as many as resource names were seen.
 */
public final class ResourceNames {
    public static final int CPU = 0;
    public static final int MEMORY = 1;
    public static final int EPHEMERAL_STORAGE = 2;
    private static final int MEMO_LIMIT = 10_000;

    private record Text(String amount, String format, boolean milli) {}

    private final ConcurrentMap<String, Integer> ids = new ConcurrentHashMap<>();
    private final List<String> names = new CopyOnWriteArrayList<>();
    private final ConcurrentMap<Text, Long> memo = new ConcurrentHashMap<>();

    public ResourceNames() {
        id("cpu");
        id("memory");
        id("ephemeral-storage");
    }

    public int id(String name) {
        Integer known = ids.get(name);
        return known != null ? known : add(name);
    }

    private synchronized int add(String name) {
        return ids.computeIfAbsent(name, n -> {
            names.add(n);
            return names.size() - 1;
        });
    }

    public String name(int id) {
        return names.get(id);
    }

    public int count() {
        return names.size();
    }

    /** Whether nodes are asked for it: CPU, memory, local storage, huge pages, extended resources. */
    public static boolean isCounted(String name) {
        return switch (name) {
            case "cpu", "memory", "ephemeral-storage" -> true;
            default -> isScalar(name);
        };
    }

    private static boolean isScalar(String name) {
        if (name.startsWith("hugepages-") || name.startsWith("attachable-volumes-")) {
            return true;
        }
        return name.indexOf('/') >= 0 && !name.startsWith("requests.");
    }

    /** Whether it is a resource of a vendor, such as {@code example.com/gpu}. */
    public static boolean isExtended(String name) {
        return name.indexOf('/') >= 0 && !name.contains("kubernetes.io/") && !name.startsWith("requests.");
    }

    /** The amount in the resource's unit, rounded up; 0 for a text that is no quantity. */
    public long amount(int id, Quantity quantity) {
        if (quantity == null || quantity.getAmount() == null) {
            return 0;
        }
        Text text = new Text(quantity.getAmount(), quantity.getFormat(), id == CPU);
        Long known = memo.get(text);
        if (known == null) {
            if (memo.size() >= MEMO_LIMIT) {
                memo.clear();
            }
            known = parse(text, quantity);
            memo.put(text, known);
        }
        return known;
    }

    private static long parse(Text text, Quantity quantity) {
        try {
            io.k8j.model.quantity.Quantity exact = io.k8j.model.quantity.Quantity.of(quantity);
            return text.milli ? exact.milliValue() : exact.value();
        } catch (QuantityException e) {
            return 0; // the API server lets none through
        }
    }
}
