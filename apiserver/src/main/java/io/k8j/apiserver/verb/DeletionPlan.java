package io.k8j.apiserver.verb;

import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.model.json.Trees;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Decides what a deletion does to an object: a pure function of object, options and time.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/architecture/garbage-collection/">Garbage collection</a>
 */
sealed interface DeletionPlan {
    /** Nothing more: a deletion with at most this grace is under way. */
    record AlreadyDeleting() implements DeletionPlan {}

    /** Remove it now. */
    record Remove() implements DeletionPlan {}

    /**
     * Store this and wait for finalizers or the end of the grace.
     *
     * @param thenRemove whether nothing holds the object any more once this is stored
     */
    record Mark(Map<String, Object> object, boolean thenRemove) implements DeletionPlan {}

    /**
     * @param graceful whether the kind is told of its end before it goes, as Pods are
     * @param object a fresh tree, which may be changed and is part of the plan
     */
    static DeletionPlan of(
            ResourceStrategy strategy,
            boolean graceful,
            Map<String, Object> object,
            DeleteOptions options,
            Instant now) {
        Map<String, Object> metadata = SystemFields.metadata(object);
        if (isNamespace(object)) {
            collectorFinalizers(strategy, metadata, options);
            metadata.putIfAbsent("deletionTimestamp", SystemFields.time(now));
            Trees.set(object, "Terminating", "status", "phase");
            if (!Trees.list(object, "spec", "finalizers").isEmpty()) return new Mark(object, false);
        }
        boolean first = metadata.get("deletionTimestamp") == null;
        if (first && isDefinition(object) && !Trees.list(metadata, "finalizers").isEmpty()) {
            metadata.put("deletionTimestamp", SystemFields.time(now));
            return new Mark(object, false); // upstream marks it by its own code, which counts no generation
        }
        Long requested = options.graceSeconds();
        if (requested != null && requested < 0) requested = 1L;
        Long grace = Trees.integer(metadata, "deletionGracePeriodSeconds");
        boolean waits = graceful;
        long lastGrace = 0;
        if (graceful && metadata.get("deletionTimestamp") == null) {
            lastGrace = strategy.gracePeriodSeconds(object, requested);
            metadata.put("deletionTimestamp", SystemFields.time(now.plusSeconds(lastGrace)));
            metadata.put("deletionGracePeriodSeconds", lastGrace);
            raiseGeneration(metadata);
        } else if (graceful && grace != null && grace != 0) {
            if (requested == null || requested >= grace) return new AlreadyDeleting();
            lastGrace = shorten(metadata, grace, requested, now);
        } else {
            waits = false; // nothing to wait for, or a removal that was interrupted
        }
        collectorFinalizers(strategy, metadata, options);
        boolean held = !Trees.list(metadata, "finalizers").isEmpty();
        if (waits) return new Mark(object, !held && lastGrace == 0);
        if (!held) return new Remove();
        markAsDeleting(metadata, now);
        return new Mark(object, false);
    }

    // A namespace is held by its content, which spec.finalizers stand for.
    private static boolean isNamespace(Map<String, Object> object) {
        return "Namespace".equals(object.get("kind")) && "v1".equals(object.get("apiVersion"));
    }

    private static boolean isDefinition(Map<String, Object> object) {
        return "CustomResourceDefinition".equals(object.get("kind"))
                && "apiextensions.k8s.io/v1".equals(object.get("apiVersion"));
    }

    private static long shorten(Map<String, Object> metadata, long grace, long requested, Instant now) {
        Instant until =
                time(metadata.get("deletionTimestamp"), now).minusSeconds(grace).plusSeconds(requested);
        long period = requested;
        if (until.isBefore(now)) {
            until = now;
            if (period != 0) period = 1;
        }
        metadata.put("deletionTimestamp", SystemFields.time(until));
        metadata.put("deletionGracePeriodSeconds", period);
        return period;
    }

    private static void markAsDeleting(Map<String, Object> metadata, Instant now) {
        Object known = metadata.get("deletionTimestamp");
        if (known == null) raiseGeneration(metadata);
        if (known == null || time(known, now).isAfter(now)) {
            metadata.put("deletionTimestamp", SystemFields.time(now));
        }
        metadata.put("deletionGracePeriodSeconds", 0L);
    }

    private static void raiseGeneration(Map<String, Object> metadata) {
        Long generation = Trees.integer(metadata, "generation");
        if (generation != null && generation > 0) metadata.put("generation", generation + 1);
    }

    private static void collectorFinalizers(
            ResourceStrategy strategy, Map<String, Object> metadata, DeleteOptions options) {
        List<Object> before = Trees.list(metadata, "finalizers");
        List<Object> after = new ArrayList<>(before);
        after.removeIf(f -> f.equals("orphan") || f.equals("foregroundDeletion"));
        if (strategy.defaultPropagation() != null) {
            if (orphans(strategy, before, options)) after.add("orphan");
            if (foreground(before, options)) after.add("foregroundDeletion");
        }
        if (new LinkedHashSet<>(after).equals(new LinkedHashSet<>(before))) return;
        if (after.isEmpty()) metadata.remove("finalizers");
        else metadata.put("finalizers", after);
    }

    private static boolean orphans(ResourceStrategy strategy, List<Object> finalizers, DeleteOptions options) {
        if (options.orphanDependents() != null) return options.orphanDependents();
        if (options.propagation() != null) return options.propagation().equals("Orphan");
        for (Object finalizer : finalizers) {
            if (finalizer.equals("orphan")) return true;
            if (finalizer.equals("foregroundDeletion")) return false;
        }
        return strategy.defaultPropagation().equals("Orphan");
    }

    private static boolean foreground(List<Object> finalizers, DeleteOptions options) {
        if (options.orphanDependents() != null) return false;
        if (options.propagation() != null) return options.propagation().equals("Foreground");
        for (Object finalizer : finalizers) {
            if (finalizer.equals("foregroundDeletion")) return true;
            if (finalizer.equals("orphan")) return false;
        }
        return false;
    }

    private static Instant time(Object text, Instant otherwise) {
        try {
            return Instant.parse(String.valueOf(text));
        } catch (DateTimeParseException e) {
            return otherwise;
        }
    }
}
