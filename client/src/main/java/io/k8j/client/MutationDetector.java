package io.k8j.client;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.k8j.model.api.ApiObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds code that changes objects of an informer, which are shared by the whole process. Costs an encoding per change, so
 * it is on only in tests (system property {@code k8j.mutation-detector}).
 */
public final class MutationDetector {
    private static final Logger LOG = LoggerFactory.getLogger(MutationDetector.class);
    private static final boolean ENABLED = Boolean.getBoolean("k8j.mutation-detector");
    private static final List<String> FOUND = new CopyOnWriteArrayList<>();

    private record Seen(HasMetadata object, String json) {}

    private final Map<ObjectKey, Seen> seen = new ConcurrentHashMap<>();

    private MutationDetector() {}

    static MutationDetector ifEnabled() {
        return ENABLED ? new MutationDetector() : null;
    }

    /** What was found so far in this process; empty is good. */
    public static List<String> found() {
        return List.copyOf(FOUND);
    }

    void replaced(ObjectKey key, HasMetadata now) {
        Seen before = now == null ? seen.remove(key) : seen.put(key, new Seen(now, encode(now)));
        if (before != null) {
            compare(key, before);
        }
    }

    void check() {
        seen.forEach(MutationDetector::compare);
    }

    private static void compare(ObjectKey key, Seen before) {
        String json = encode(before.object);
        if (!json.equals(before.json)) {
            String found = "%s %s was %s and became %s".formatted(before.object.getKind(), key, before.json, json);
            FOUND.add(found);
            LOG.atError().addKeyValue("change", found).log("a shared object was changed");
        }
    }

    private static String encode(HasMetadata object) {
        return ApiObject.writeJson(ApiObject.treeOf(object));
    }
}
