package io.k8j.model.apply;

import io.k8j.model.json.FrozenTree;
import io.k8j.model.json.GivenEmpty;
import io.k8j.model.json.Recurring;
import io.k8j.model.json.Trees;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Knows the managed fields of objects of one kind that were created a moment ago, for others that have the same fields:
 * who owns what depends on which fields there are, on items of lists, which have their values as keys, and on what is
 * empty, but on no other value. Safe for all threads.
 */
@SuppressWarnings("ReferenceEquality") // of null
public final class CreatedFields {
    /**
     * What was found.
     *
     * @param object as it came
     * @param entry the only one of its managed fields
     */
    private record Known(String manager, String apiVersion, Map<String, Object> object, Map<String, Object> entry) {
        boolean fits(String otherManager, String otherVersion, Map<String, Object> other) {
            return manager.equals(otherManager) && apiVersion.equals(otherVersion) && alike(object, other, false);
        }
    }

    private static final int SIZE = 64;

    private final Recurring<Known> known = new Recurring<>(SIZE);

    /**
     * The entries of a new object.
     *
     * @param object as it was decoded, with defaults and without managed fields of its own; it is not changed
     * @param manager who writes
     * @param apiVersion version in which it is written
     * @param now time of the write
     * @param otherwise finds them if they are not known
     */
    public List<Object> of(
            Map<String, Object> object,
            String manager,
            String apiVersion,
            Instant now,
            Supplier<List<Object>> otherwise) {
        int hash = (shape(object) * 31 + manager.hashCode()) * 31 + apiVersion.hashCode();
        Known found = known.find(hash, k -> k.fits(manager, apiVersion, object));
        if (found != null) {
            Map<String, Object> entry = new LinkedHashMap<>(found.entry);
            entry.put("time", Owners.time(now));
            return new ArrayList<>(List.of(entry));
        }
        List<Object> entries = otherwise.get();
        boolean usual = entries.size() == 1
                && entries.getFirst() instanceof Map<?, ?> only
                && only.get("time") != null
                && only.get("fieldsV1") instanceof Map;
        if (usual && known.recurs(hash)) {
            Map<String, Object> entry = new LinkedHashMap<>(Trees.map(entries.getFirst()));
            entry.put("fieldsV1", new FrozenTree(Trees.map(entry, "fieldsV1")));
            known.keep(hash, new Known(manager, apiVersion, Trees.deepCopy(object), entry));
        }
        return entries;
    }

    private static int shape(Object value) {
        return switch (value) {
            case null -> 1;
            case Map<?, ?> map -> {
                int sum = 2;
                for (Map.Entry<?, ?> e : map.entrySet()) sum += e.getKey().hashCode() * 31 ^ shape(e.getValue());
                yield sum;
            }
            case List<?> list -> list.hashCode();
            default -> isEmpty(value) ? 3 : 4;
        };
    }

    /** @param exact whether values count, as they do within lists */
    private static boolean alike(Object a, Object b, boolean exact) {
        if (a == null || b == null) return a == b;
        if (GivenEmpty.is(a) != GivenEmpty.is(b)) return false;
        return switch (a) {
            case Map<?, ?> one -> b instanceof Map<?, ?> other && alikeMaps(one, other, exact);
            case List<?> one -> b instanceof List<?> other && alikeLists(one, other);
            default -> exact ? a.equals(b) : a.getClass() == b.getClass() && isEmpty(a) == isEmpty(b);
        };
    }

    private static boolean alikeMaps(Map<?, ?> a, Map<?, ?> b, boolean exact) {
        if (a.size() != b.size()) return false;
        for (Map.Entry<?, ?> e : a.entrySet()) {
            Object other = b.get(e.getKey());
            if (other == null && !b.containsKey(e.getKey()) || !alike(e.getValue(), other, exact)) return false;
        }
        return true;
    }

    private static boolean alikeLists(List<?> a, List<?> b) {
        if (a.size() != b.size()) return false;
        for (int i = 0; i < a.size(); i++) {
            if (!alike(a.get(i), b.get(i), true)) return false;
        }
        return true;
    }

    /** What a field without a value may have: it belongs to nobody. */
    private static boolean isEmpty(Object value) {
        return switch (value) {
            case String text -> text.isEmpty() || text.equals("0"); // an amount
            case Number number -> number.doubleValue() == 0;
            case Boolean flag -> !flag;
            default -> false;
        };
    }
}
