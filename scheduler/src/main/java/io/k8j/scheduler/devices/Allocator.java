package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.k8j.model.time.Time;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Finds devices for the claims of one Pod, node by node, in the state of the moment in which it was made.
 *
 * @param inventory all devices
 * @param inUse what other claims have
 * @param classes by name; null for one that is not there
 * @param selectors compiled ones, kept from Pod to Pod
 * @param counters of the same state
 * @param time for the deadline
 * @param deadline of all searches together, in {@link Time#nanoTime}'s terms: what is hard for one node is so for all
 * @param random for the names of shares
 */
public record Allocator(
        Inventory inventory,
        InUse inUse,
        Function<String, DeviceClass> classes,
        Selectors selectors,
        Counters counters,
        Time time,
        long deadline,
        RandomGenerator random) {
    /** What came of a search. */
    public sealed interface Outcome {
        /** @param results for each claim, in their order */
        record Found(List<AllocationResult> results) implements Outcome {}

        /** Not on this node; {@code reason} is upstream's sentence. */
        record NotHere(String reason) implements Outcome {}

        /** Something is wrong that makes it impossible to judge any node. */
        record Fault(String message) implements Outcome {}
    }

    /** What lasts from Pod to Pod. */
    public static final class Memory {
        private final Selectors selectors = new Selectors();
    }

    public static Allocator of(
            Inventory inventory,
            InUse inUse,
            Function<String, DeviceClass> classes,
            Memory memory,
            Time time,
            long deadline,
            RandomGenerator random) {
        return new Allocator(inventory, inUse, classes, memory.selectors, new Counters(inUse), time, deadline, random);
    }

    /** Looks for devices on a node. Changes nothing. */
    public Outcome allocate(String node, Map<String, String> labels, List<ResourceClaim> claims) {
        List<Pool> pools = Pools.of(inventory, node, labels);
        Search search = new Search(this, node, labels, claims, pools);
        try {
            return switch (search.run()) {
                case DONE -> new Outcome.Found(Results.of(search, node));
                case TIMED_OUT -> new Outcome.NotHere("timed out trying to allocate devices");
                case NO, TOO_MANY ->
                    new Outcome.NotHere(
                            pools.stream().anyMatch(pool -> pool.fault() != null)
                                    ? "invalid resource pools were encountered"
                                    : "cannot allocate all claims");
            };
        } catch (StopException e) {
            return new Outcome.Fault(e.getMessage());
        }
    }
}
