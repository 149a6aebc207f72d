package io.k8j.apiserver.verb;

import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.resource.GroupVersionResource;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Deletes one object: marks it first where a grace or finalizers want that, and removes it when nothing holds it. */
public final class DeleteFlow {
    /** Resources whose storage looks at preconditions itself, because it deletes in two steps. */
    private static final Set<GroupResource> OWN_WORDS = Set.of(
            new GroupResource("", "namespaces"),
            new GroupResource("apiextensions.k8s.io", "customresourcedefinitions"));

    private final ObjectWriter writer;
    private final Admission admission;
    private final Hooks hooks;

    public DeleteFlow(ObjectWriter writer, Admission admission, Hooks hooks) {
        this.writer = writer;
        this.admission = admission;
        this.hooks = hooks;
    }

    /**
     * @param object the object as it was last, or as it is marked now
     * @param removed whether it is gone
     */
    record Outcome(ApiObject object, boolean removed) {}

    /** @param key of the object in the cache */
    Outcome delete(Call call, String key, DeleteOptions options) {
        StoredResource storage = call.storage();
        DeleteOptions wanted = options;
        ApiObject marked = null;
        while (true) {
            CachedObject current = storage.cache().get(key);
            if (current == null) {
                // Somebody finished what we began; the object as we marked it is the best we can tell.
                if (marked != null) return new Outcome(marked, true);
                throw ApiException.notFound(call.storedResource(), nameOf(key));
            }
            Map<String, Object> object = Json.parseObject(current.object().json());
            // In the request's version: what no webhook can convert cannot be deleted through another version.
            Map<String, Object> seen = call.workingFormOfStored(object);
            checkPreconditions(call, wanted, object, current);
            Map<String, Object> old = seen == object ? Trees.deepCopy(object) : seen; // cheaper than to read again
            Instant now = call.context().now();
            hooks.of(storage).beforeDelete(object, now);
            DeletionPlan plan = DeletionPlan.of(storage.strategy(), storage.gracefulDeletion(), object, wanted, now);
            if (marked == null && isNew(plan, old)) {
                Map<String, Object> as = settled(storage, options, plan, old);
                admission.check(Admission.request(call, Operation.DELETE, null, old, as));
            }
            Outcome outcome = switch (plan) {
                case DeletionPlan.AlreadyDeleting a -> new Outcome(current.object(), false);
                case DeletionPlan.Remove r -> remove(storage, current, object, options.dryRun());
                case DeletionPlan.Mark mark -> mark(storage, current, mark, options.dryRun());
            };
            if (outcome == null) continue;
            boolean half = plan instanceof DeletionPlan.Mark mark && mark.thenRemove() && !outcome.removed();
            if (!half) return outcome;
            marked = outcome.object();
            if (wanted.resourceVersion() != null) wanted = wanted.withResourceVersion(marked.resourceVersion());
        }
    }

    /** What is under way already is nothing that anybody could be asked about. */
    private static boolean isNew(DeletionPlan plan, Map<String, Object> old) {
        boolean namespace = "Namespace".equals(old.get("kind")) && "v1".equals(old.get("apiVersion"));
        return !(plan instanceof DeletionPlan.AlreadyDeleting)
                && !(namespace
                        && plan instanceof DeletionPlan.Mark
                        && Trees.get(old, "metadata", "deletionTimestamp") != null);
    }

    /** The options as admission sees them: with the grace that the object gets, and the object that is meant. */
    private static Map<String, Object> settled(
            StoredResource storage, DeleteOptions options, DeletionPlan plan, Map<String, Object> old) {
        Object grace = plan instanceof DeletionPlan.Mark(Map<String, Object> object, boolean thenRemove)
                        && storage.gracefulDeletion()
                        && Trees.get(old, "metadata", "deletionTimestamp") == null
                ? Trees.get(object, "metadata", "deletionGracePeriodSeconds")
                : null;
        boolean meant = OWN_WORDS.contains(storage.id()) && options.uid() == null;
        if (grace == null && !meant) return options.tree();
        Map<String, Object> tree = Trees.deepCopy(options.tree());
        if (grace != null) tree.put("gracePeriodSeconds", grace);
        if (meant) Trees.set(tree, Trees.string(old, "metadata", "uid"), "preconditions", "uid");
        return tree;
    }

    private Outcome remove(StoredResource storage, CachedObject current, Map<String, Object> object, boolean dryRun) {
        if (dryRun) return new Outcome(current.object(), true);
        return switch (writer.delete(storage, current)) {
            case ObjectWriter.Result.Written(CachedObject gone) -> {
                hooks.of(storage).afterDelete(object);
                yield new Outcome(gone.object(), true); // as watchers see it, with the version of its deletion
            }
            case ObjectWriter.Result.Lost lost -> null;
        };
    }

    private Outcome mark(StoredResource storage, CachedObject current, DeletionPlan.Mark mark, boolean dryRun) {
        Map<String, Object> object = mark.object();
        if (dryRun) {
            ApiObject pretended = ObjectWriter.pretend(storage, object, current.revision());
            return new Outcome(pretended, mark.thenRemove());
        }
        if (isMarked(current, object)) return new Outcome(current.object(), false);
        return switch (writer.put(storage, current.key(), object, current.revision())) {
            case ObjectWriter.Result.Written(CachedObject written) -> new Outcome(written.object(), false);
            case ObjectWriter.Result.Lost lost -> null;
        };
    }

    private static boolean isMarked(CachedObject current, Map<String, Object> marked) {
        boolean first = current.object().deletionTimestamp() == null
                && Trees.get(marked, "metadata", "deletionTimestamp") != null;
        return !first && Trees.deepEquals(marked, Json.parse(current.object().json()));
    }

    private static void checkPreconditions(
            Call call, DeleteOptions options, Map<String, Object> object, CachedObject current) {
        String uid = Trees.string(object, "metadata", "uid");
        if (options.uid() != null && !options.uid().equals(uid)) {
            if (OWN_WORDS.contains(call.storage().id())) throw ownConflict(call, current, "UID", options.uid(), uid);
            throw conflict(
                    call,
                    current,
                    ("the UID in the precondition (%s) does not match the UID in record (%s). The object might have"
                                    + " been deleted and then recreated")
                            .formatted(options.uid(), uid));
        }
        String version = Long.toString(current.revision());
        if (options.resourceVersion() != null && !options.resourceVersion().equals(version)) {
            if (OWN_WORDS.contains(call.storage().id())) {
                throw ownConflict(call, current, "ResourceVersion", options.resourceVersion(), version);
            }
            throw conflict(
                    call,
                    current,
                    ("the ResourceVersion in the precondition (%s) does not match the ResourceVersion in record (%s)."
                                    + " The object might have been modified")
                            .formatted(options.resourceVersion(), version));
        }
    }

    private static ApiException ownConflict(Call call, CachedObject current, String what, String wanted, String found) {
        return ApiException.conflict(
                call.storedResource(),
                current.name(),
                "Precondition failed: %s in precondition: %s, %s in object meta: %s"
                        .formatted(what, wanted, what, found));
    }

    // Upstream names the kind here, not the resource.
    private static ApiException conflict(Call call, CachedObject current, String why) {
        GroupVersionResource kind = new GroupVersionResource(
                call.storage().id().group(), "", call.storage().kind().kind());
        return ApiException.conflict(kind, current.name(), why);
    }

    /** The answer's body: the object, or a Status where upstream gives only that. */
    ApiObject body(Call call, Outcome outcome) {
        if (!outcome.removed() || call.storage().returnsDeleted())
            return call.resource().fromStored(outcome.object());
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("name", outcome.object().name());
        GroupVersionResource resource = call.resource().gvr(); // as it is reached, whatever group it is stored in
        if (!resource.group().isEmpty()) details.put("group", resource.group());
        details.put("kind", resource.resource());
        details.put("uid", outcome.object().uid());
        return ApiObject.ofJson(Json.write(Decoding.success(details)));
    }

    private static String nameOf(String key) {
        return key.substring(key.indexOf('/') + 1);
    }
}
