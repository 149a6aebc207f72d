package io.k8j.apiserver.verb;

import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.meta.MetadataRules;
import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.resource.GroupVersionKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Read, change, check, compare-and-set: the loop behind PUT, PATCH and every subresource that changes an object. Begins
 * anew with the newest state when somebody else wrote meanwhile, unless the client named the version it changes.
 */
public final class UpdateFlow {
    /** Where upstream stores resources otherwise than under their name. */
    private static final Map<String, String> OWN_PREFIXES = Map.of(
            "nodes", "minions",
            "services", "services/specs",
            "endpoints", "services/endpoints",
            "replicationcontrollers", "controllers",
            "ingresses.networking.k8s.io", "ingress");

    private static final Set<String> WITH_GROUP = Set.of("apiregistration.k8s.io", "apiextensions.k8s.io");
    private static final String MODIFIED =
            "the object has been modified; please apply your changes to the latest version and try again";

    private final ObjectWriter writer;
    private final ObjectCreator creator;
    private final Admission admission;
    private final Hooks hooks;

    public UpdateFlow(ObjectWriter writer, ObjectCreator creator, Admission admission, Hooks hooks) {
        this.writer = writer;
        this.creator = creator;
        this.admission = admission;
        this.hooks = hooks;
    }

    /** Makes the new object from the current one; called again when the current one has changed. */
    @FunctionalInterface
    public interface Change {
        /**
         * @param current a fresh tree in the request's version that may be changed; null if there is no such object
         * @return the whole new object in the request's version
         */
        Map<String, Object> from(Map<String, Object> current);
    }

    /**
     * How an update is to be done.
     *
     * @param rules what may change
     * @param mayCreate whether an absent object is created
     * @param authorizeCreate throws if the user may not create; asked only then
     * @param attempts how often to begin anew
     * @param whole whether the client sent the whole object, whose uid it then means
     * @param view what admission sees; null if that is the object
     */
    public record Plan(
            UpdateRules rules,
            boolean mayCreate,
            Consumer<Call> authorizeCreate,
            Params params,
            int attempts,
            boolean whole,
            AdmissionView view) {
        /** Admission sees the object itself. */
        public Plan(
                UpdateRules rules,
                boolean mayCreate,
                Consumer<Call> authorizeCreate,
                Params params,
                int attempts,
                boolean whole) {
            this(rules, mayCreate, authorizeCreate, params, attempts, whole, null);
        }
    }

    /** What admission sees in place of an object that is changed through another one, such as a Scale. */
    public interface AdmissionView {
        GroupVersionKind kind();

        /** What stands for an object, which is in the stored version. */
        Map<String, Object> of(Map<String, Object> object);

        /** Carries over into the object what admission changed. */
        void apply(Map<String, Object> view, Map<String, Object> object);
    }

    /** What was written; {@code created} tells whether the object is new. */
    public record Outcome(ApiObject object, boolean created) {}

    /** Does the whole; throws {@link ApiException} when it is refused or too many others were faster. */
    public Outcome update(Call call, Plan plan, Change change) {
        for (int attempt = 1; ; attempt++) {
            Outcome outcome = attempt(call, plan, change);
            if (outcome != null) return outcome;
            if (attempt >= plan.attempts()) throw ApiException.modified(call.storedResource(), call.name());
        }
    }

    /** One try; null if somebody was faster. */
    private Outcome attempt(Call call, Plan plan, Change change) {
        CachedObject current = call.storage().cache().get(call.key());
        if (current == null) {
            if (!plan.mayCreate()) throw call.notFound();
            return create(call, plan, change);
        }
        Map<String, Object> before = Json.parseObject(current.object().json());
        Map<String, Object> old = call.workingFormOfStored(before);
        Map<String, Object> object = changed(call, old, change);
        Map<String, Object> metadata = SystemFields.metadata(object);
        if (plan.whole()) checkIdentity(call, metadata, old);
        checkVersion(call, metadata, current);
        // Like the stored one, but for lists and maps that are spelled out empty, which some rules tell from none.
        object = call.storage().sent(call.workingForm(object));
        metadata = SystemFields.metadata(object);

        Map<String, Object> options = plan.params().asUpdateOptions();
        if (plan.view() == null) {
            admission.mutate(Admission.request(call, Operation.UPDATE, object, old, options));
        } else {
            AdmissionRequest seen = seen(call, plan, object, old, options);
            admission.mutate(seen);
            plan.view().apply(seen.object(), object);
        }
        metadata = SystemFields.metadata(object); // whoever changed the object may have put another one there
        SystemFields.takeNamespace(metadata, call.objectNamespace());
        metadata.put("resourceVersion", Long.toString(current.revision()));
        SystemFields.dropRepeatedOwners(metadata, true, call.context()::warn);
        keepSystemFields(metadata, Trees.map(old, "metadata"));
        keepGeneration(metadata, Trees.map(old, "metadata"));
        plan.rules().prepare(call, object, old);
        keepSystemFields(SystemFields.metadata(object), Trees.map(old, "metadata"));
        validate(call, plan, object, old);

        WriteHook hook = hooks.of(call.storage());
        if (call.context().subresource().equals("status")) hook.beforeStatus(call.context(), object, old);
        if (!plan.rules().usesHook()) hook = WriteHook.NONE;
        WriteHook.Reservation reserved = hook.beforeUpdate(call.context(), object, old);
        boolean stored = false;
        try {
            call.warn(plan.rules().warnings(call, object, old));
            call.storage().strategy().canonicalize(object);
            admission.validate(
                    plan.view() == null
                            ? Admission.request(call, Operation.UPDATE, object, old, options)
                            : seen(call, plan, object, old, options));
            Outcome outcome = store(call, plan, current, call.storedForm(object), before);
            // A patch that names no version carries the one it was applied to: it is tried again on the newer
            // object, while a request that names a version is refused there.
            stored = outcome != null && !plan.params().dryRun();
            return outcome;
        } finally {
            reserved.finish(stored);
        }
    }

    private static AdmissionRequest seen(
            Call call, Plan plan, Map<String, Object> object, Map<String, Object> old, Map<String, Object> options) {
        AdmissionView view = plan.view();
        return new AdmissionRequest(
                call.context(), Operation.UPDATE, view.kind(), view.of(object), view.of(old), options);
    }

    private static Map<String, Object> changed(Call call, Map<String, Object> old, Change change) {
        // A copy is cheaper than reading the bytes again.
        Map<String, Object> copy = Trees.deepCopy(old);
        Map<String, Object> object =
                change.from(call.resource().custom() == null ? call.resource().treeFromStored(copy) : copy);
        SystemFields.takeNamespace(SystemFields.metadata(object), call.objectNamespace());
        return object;
    }

    private Outcome create(Call call, Plan plan, Change change) {
        Map<String, Object> object = change.from(null);
        Map<String, Object> metadata = SystemFields.metadata(object);
        String uid = text(metadata, "uid");
        if (!uid.isEmpty()) {
            throw ApiException.conflict(
                    call.storedResource(),
                    call.name(),
                    "uid mismatch: the provided object specified uid " + uid + ", and no existing object was found");
        }
        SystemFields.takeNamespace(metadata, call.objectNamespace());
        SystemFields.wipe(metadata);
        metadata.remove("resourceVersion");
        plan.authorizeCreate().accept(call);
        Map<String, Object> stored = call.workingForm(object);
        Map<String, Object> options = plan.params().asCreateOptions();
        admission.mutate(Admission.request(call, Operation.CREATE, stored, null, options));
        SystemFields.dropRepeatedOwners(SystemFields.metadata(stored), true, call.context()::warn);
        try {
            return new Outcome(creator.create(call, stored, plan.params().dryRun(), options), true);
        } catch (ApiException e) {
            if (e.isAlreadyExists() && call.storage().cache().get(call.key()) != null) return null;
            throw e;
        }
    }

    private static void checkIdentity(Call call, Map<String, Object> metadata, Map<String, Object> old) {
        String uid = text(metadata, "uid");
        String known = String.valueOf(Trees.string(old, "metadata", "uid"));
        if (uid.isEmpty() || uid.equals(known)) return;
        throw ApiException.conflict(
                call.storedResource(),
                call.name(),
                ("StorageError: invalid object, Code: 4, Key: %s, ResourceVersion: 0, AdditionalErrorMsg: Precondition"
                                + " failed: UID in precondition: %s, UID in object meta: %s")
                        .formatted(keyOf(call), uid, known));
    }

    /** Upstream's key without the prefix that all have. */
    private static String keyOf(Call call) {
        StoredResource storage = call.storage();
        String resource = storage.id().resource();
        String plain = OWN_PREFIXES.getOrDefault(storage.id().toString(), resource);
        boolean withGroup =
                !storage.builtIn() || WITH_GROUP.contains(storage.id().group());
        return "/" + (withGroup ? storage.id().group() + "/" + resource : plain) + "/" + call.key();
    }

    private static void checkVersion(Call call, Map<String, Object> metadata, CachedObject current) {
        String version = text(metadata, "resourceVersion");
        boolean none = version.isEmpty() || version.equals("0");
        if (!none && ReadOptions.revision(version) != current.revision()) {
            throw ApiException.conflict(call.storedResource(), call.name(), MODIFIED);
        }
        if (none && !call.storage().strategy().allowUnconditionalUpdate()) {
            GroupVersionKind named = new GroupVersionKind(
                    call.storedResource().group(), "", call.storedResource().resource());
            throw ApiException.invalid(
                    named,
                    call.name(),
                    List.of(FieldError.invalid("metadata.resourceVersion", 0L, "must be specified for an update")));
        }
    }

    private static void keepSystemFields(Map<String, Object> metadata, Map<String, Object> old) {
        if (text(metadata, "uid").isEmpty()) metadata.put("uid", old.get("uid"));
        if (old.get("creationTimestamp") != null) metadata.put("creationTimestamp", old.get("creationTimestamp"));
        if (old.get("deletionTimestamp") != null) metadata.put("deletionTimestamp", old.get("deletionTimestamp"));
        if (old.get("deletionGracePeriodSeconds") != null) {
            metadata.putIfAbsent("deletionGracePeriodSeconds", old.get("deletionGracePeriodSeconds"));
        }
        if (old.get("selfLink") == null) metadata.remove("selfLink");
    }

    /** Requests cannot set it; what is prepared next may count it up. */
    private static void keepGeneration(Map<String, Object> metadata, Map<String, Object> old) {
        if (old.get("generation") == null) metadata.remove("generation");
        else metadata.put("generation", old.get("generation"));
    }

    private static void validate(Call call, Plan plan, Map<String, Object> object, Map<String, Object> old) {
        StoredResource storage = call.storage();
        List<FieldError> errors = new ArrayList<>(MetadataRules.validateUpdate(
                new GroupResource(
                        call.resource().gvr().group(), call.resource().gvr().resource()),
                call.api().subresource(),
                storage.builtIn(),
                storage.namespaced(),
                SystemFields.metadata(object),
                Trees.map(old, "metadata")));
        errors.addAll(plan.rules().validate(call, object, old));
        if (!errors.isEmpty()) throw ApiException.invalid(call.storage().kind(), call.name(), errors);
    }

    /** Writes unless nothing changed; null if somebody was faster. */
    private Outcome store(
            Call call, Plan plan, CachedObject current, Map<String, Object> object, Map<String, Object> old) {
        keepManagedTimes(object, old);
        StoredResource storage = call.storage();
        boolean dryRun = plan.params().dryRun();
        if (isLastFinalizerGone(object, old)) {
            ApiObject last = ObjectWriter.pretend(storage, object, current.revision());
            if (dryRun) return new Outcome(last, false);
            if (writer.delete(storage, current) instanceof ObjectWriter.Result.Lost lost) {
                return lost.found() == 0 ? new Outcome(last, false) : null;
            }
            hooks.of(storage).afterDelete(old);
            return new Outcome(last, false);
        }
        boolean same = Trees.deepEquals(object, old);
        if (dryRun) {
            return new Outcome(
                    same ? current.object() : ObjectWriter.pretend(storage, object, current.revision()), false);
        }
        ObjectWriter.Result result = same
                ? writer.refresh(storage, current)
                : writer.put(storage, current.key(), object, current.revision());
        return switch (result) {
            case ObjectWriter.Result.Written(CachedObject written) -> new Outcome(written.object(), false);
            case ObjectWriter.Result.Lost lost -> null;
        };
    }

    private static boolean isLastFinalizerGone(Map<String, Object> object, Map<String, Object> old) {
        Map<String, Object> metadata = Trees.map(old, "metadata");
        if (metadata.get("deletionTimestamp") == null) return false;
        Long grace = Trees.integer(metadata, "deletionGracePeriodSeconds");
        boolean isNamespace = "Namespace".equals(old.get("kind")) && "v1".equals(old.get("apiVersion"));
        if (isNamespace && !Trees.list(object, "spec", "finalizers").isEmpty()) return false;
        return (grace == null || grace == 0)
                && Trees.list(object, "metadata", "finalizers").isEmpty();
    }

    // A write that changes nothing but the time of a manager's entry is no write.
    private static void keepManagedTimes(Map<String, Object> object, Map<String, Object> old) {
        List<Object> now = Trees.list(object, "metadata", "managedFields");
        List<Object> before = Trees.list(old, "metadata", "managedFields");
        if (now.isEmpty() || now.size() != before.size()) return;
        for (int i = 0; i < now.size(); i++) {
            if (!sameButTime(now.get(i), before.get(i))) return;
        }
        if (sameButManagers(object, old)) SystemFields.metadata(object).put("managedFields", before);
    }

    private static boolean sameButManagers(Map<String, Object> a, Map<String, Object> b) {
        Object managers = Trees.get(a, "metadata", "managedFields");
        SystemFields.metadata(a).put("managedFields", Trees.get(b, "metadata", "managedFields"));
        boolean same = Trees.deepEquals(a, b);
        SystemFields.metadata(a).put("managedFields", managers);
        return same;
    }

    private static boolean sameButTime(Object a, Object b) {
        if (!(a instanceof Map<?, ?> x) || !(b instanceof Map<?, ?> y) || x.size() != y.size()) return false;
        for (Map.Entry<?, ?> e : x.entrySet()) {
            if (e.getKey().equals("time")) continue;
            if (!Trees.deepEquals(e.getValue(), y.get(e.getKey()))) return false;
        }
        return true;
    }

    private static String text(Map<String, Object> map, String field) {
        return map.get(field) instanceof String s ? s : "";
    }
}
