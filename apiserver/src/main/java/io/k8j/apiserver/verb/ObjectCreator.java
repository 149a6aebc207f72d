package io.k8j.apiserver.verb;

import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.meta.MetadataRules;
import io.k8j.apiserver.meta.NameGenerator;
import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The second half of every creation, whether it came by POST, PUT or apply: identity, strategy, checks, store. */
public final class ObjectCreator {
    private static final int NAME_ATTEMPTS = 8;

    private final ObjectWriter writer;
    private final Admission admission;
    private final Hooks hooks;
    private final RandomGenerator random;

    public ObjectCreator(ObjectWriter writer, Admission admission, Hooks hooks, RandomGenerator random) {
        this.writer = writer;
        this.admission = admission;
        this.hooks = hooks;
        this.random = random;
    }

    /**
     * Creates an object that mutating admission has seen already.
     *
     * @param tree in the stored version; changed
     * @throws ApiException AlreadyExists, Invalid, …
     */
    ApiObject create(Call call, Map<String, Object> tree, boolean dryRun, Map<String, Object> options) {
        Map<String, Object> metadata = SystemFields.metadata(tree);
        boolean generate = text(metadata, "name").isEmpty()
                && !text(metadata, "generateName").isEmpty();
        if (!generate) return attempt(call, tree, dryRun, options);
        for (int i = 1; ; i++) {
            Map<String, Object> copy = Trees.deepCopy(tree);
            SystemFields.metadata(copy).put("name", NameGenerator.generate(text(metadata, "generateName"), random));
            try {
                return attempt(call, copy, dryRun, options);
            } catch (ApiException e) {
                if (!e.isAlreadyExists() || i == NAME_ATTEMPTS) throw e;
            }
        }
    }

    private ApiObject attempt(Call call, Map<String, Object> tree, boolean dryRun, Map<String, Object> options) {
        StoredResource storage = call.storage();
        Map<String, Object> metadata = SystemFields.metadata(tree);
        SystemFields.takeNamespace(metadata, call.objectNamespace()); // admission may have changed it
        SystemFields.fill(metadata, call.context().now());
        WriteHook.Reservation reserved = WriteHook.Reservation.NOTHING;
        boolean stored = false;
        try {
            prepare(call, tree, metadata);
            check(call, tree, metadata);
            reserved = hooks.of(storage).beforeCreate(call.context(), tree);
            call.warn(storage.strategy().warnings(call.context(), tree, null));
            storage.strategy().canonicalize(tree);
            admission.validate(Admission.request(call, Operation.CREATE, tree, null, options));
            ApiObject object = store(call, call.storedForm(tree), metadata, dryRun);
            stored = !dryRun;
            return object;
        } finally {
            reserved.finish(stored);
        }
    }

    private static void prepare(Call call, Map<String, Object> tree, Map<String, Object> metadata) {
        ResourceStrategy strategy = call.storage().strategy();
        // A node registers itself together with its status.
        boolean keepsStatus = call.storage().id().toString().equals("nodes");
        if (call.resource().info().hasStatus() && !keepsStatus) tree.remove("status");
        if (strategy.hasGeneration()) metadata.put("generation", 1L);
        strategy.prepareForCreate(call.context(), tree);
    }

    private static void check(Call call, Map<String, Object> tree, Map<String, Object> metadata) {
        StoredResource storage = call.storage();
        List<FieldError> errors = new ArrayList<>(MetadataRules.validate(storage.id(), storage.namespaced(), metadata));
        if (storage.builtIn()) errors.addAll(MetadataRules.bareFinalizers(storage.id(), metadata));
        if (call.resource().custom() != null)
            errors.addAll(call.resource().custom().validate(tree, null, call.context()::warn));
        errors.addAll(storage.strategy().validate(call.context(), tree));
        if (!errors.isEmpty()) throw ApiException.invalid(call.storage().kind(), text(metadata, "name"), errors);
    }

    private ApiObject store(Call call, Map<String, Object> tree, Map<String, Object> metadata, boolean dryRun) {
        StoredResource storage = call.storage();
        String name = text(metadata, "name");
        String key = storage.key(text(metadata, "namespace"), name);
        if (!dryRun && isVersion(text(metadata, "resourceVersion"))) {
            throw new ApiException(500, "", "resourceVersion should not be set on objects to be created", null);
        }
        CachedObject existing = storage.cache().get(key);
        if (existing != null) throw exists(call, metadata, existing);
        if (dryRun) return ObjectWriter.pretend(storage, tree, 0);
        metadata.remove("resourceVersion");
        return switch (writer.put(storage, key, tree, 0)) {
            case ObjectWriter.Result.Written(CachedObject object) -> object.object();
            case ObjectWriter.Result.Lost lost ->
                throw exists(call, metadata, storage.cache().get(key));
        };
    }

    /** What the store takes for one, and refuses when all else is right; anything else is overlooked. */
    private static boolean isVersion(String text) {
        return !text.isEmpty()
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && text.chars().anyMatch(c -> c != '0');
    }

    private static ApiException exists(Call call, Map<String, Object> metadata, CachedObject existing) {
        String name = text(metadata, "name");
        ApiException e = text(metadata, "generateName").isEmpty()
                ? ApiException.alreadyExists(call.storedResource(), name)
                : ApiException.generatedNameExists(call.storedResource(), name);
        boolean leaving = existing != null
                && Trees.get(Json.parse(existing.object().json()), "metadata", "deletionTimestamp") != null;
        if (!leaving) return e;
        return new ApiException(e.code(), e.reason(), "object is being deleted: " + e.getMessage(), e.details());
    }

    private static String text(Map<String, Object> map, String field) {
        return map.get(field) instanceof String s ? s : "";
    }
}
