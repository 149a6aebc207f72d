package io.k8j.apiserver.resource;

import io.k8j.apiserver.cache.ObjectBytes;
import io.k8j.apiserver.spi.Printer;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.schema.Canonical;
import io.k8j.model.schema.Schema;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * One resource in one version, as clients see it. Immutable.
 *
 * @param schema describes its objects
 * @param storage where its objects are kept; null for resources that only answer, such as reviews
 * @param converter between this version and the stored one
 * @param printer makes table rows of objects in this version
 * @param custom what only custom resources have; null for built-in ones
 */
public record ServedResource(
        ResourceInfo info,
        Schema schema,
        StoredResource storage,
        VersionConverter converter,
        Printer printer,
        CustomRules custom) {

    public GroupVersionResource gvr() {
        return info.gvr();
    }

    public GroupVersionKind gvk() {
        return info.gvk();
    }

    /** Whether stored objects are served as they are. */
    public boolean storedAsServed() {
        return converter == VersionConverter.NONE;
    }

    /** A stored object in this version; the same instance where no conversion is needed. */
    public ApiObject fromStored(ApiObject stored) {
        if (storedAsServed()) return stored;
        if (!isForeign(stored)) {
            return custom == null || !custom.isRevised() ? stored : custom.read(stored, this::completed);
        }
        return converted(stored, converter.fromStored(Json.parseObject(stored.json())));
    }

    /** All stored objects of a list in this version, in their order. */
    public List<ApiObject> fromStored(List<ApiObject> stored) {
        if (storedAsServed()) return stored;
        List<Map<String, Object>> others = new ArrayList<>();
        for (ApiObject object : stored) {
            if (isForeign(object)) others.add(Json.parseObject(object.json()));
        }
        Iterator<Map<String, Object>> converted =
                (others.isEmpty() ? others : converter.allFromStored(others)).iterator();
        List<ApiObject> all = new ArrayList<>(stored.size());
        for (ApiObject object : stored) {
            all.add(isForeign(object) ? converted(object, converted.next()) : fromStored(object));
        }
        return all;
    }

    /** Whether the fields that selectors ask for may lie elsewhere in stored objects, or be made of others. */
    public boolean movesFields() {
        return converter.movesFields();
    }

    /** The values that field selectors ask for of a stored object, as it is in this version. May ask a webhook. */
    public Map<String, String> selectableFields(ApiObject stored) {
        return storage.fields(Json.parseObject(fromStored(stored).json()));
    }

    private boolean isForeign(ApiObject stored) {
        return !stored.apiVersion().equals(gvk().apiVersion());
    }

    private ApiObject converted(ApiObject stored, Map<String, Object> tree) {
        Map<String, Object> converted = canonical(tree);
        // What a dry run made was never stored and has no version.
        if (stored.resourceVersion().isEmpty()) return ApiObject.ofTree(converted);
        long revision = Long.parseLong(stored.resourceVersion());
        return ApiObject.ofJson(ObjectBytes.encode(converted, storage.builtIn()).at(revision));
    }

    /** A fresh tree of a stored object in this version. */
    public Map<String, Object> treeFromStored(ApiObject stored) {
        return treeFromStored(Json.parseObject(stored.json()));
    }

    /**
     * The same of a stored object's tree.
     *
     * @param stored becomes part of the result and may be changed
     */
    public Map<String, Object> treeFromStored(Map<String, Object> stored) {
        Map<String, Object> tree = converter.fromStored(stored);
        return storedAsServed() ? tree : canonical(tree);
    }

    private ApiObject completed(ApiObject stored) {
        Map<String, Object> tree = Json.parseObject(stored.json());
        Map<String, Object> before = Trees.deepCopy(tree);
        tree = converter.fromStored(tree);
        if (Trees.deepEquals(before, tree)) return stored;
        if (stored.resourceVersion().isEmpty()) return ApiObject.ofTree(tree);
        long revision = Long.parseLong(stored.resourceVersion());
        return ApiObject.ofJson(ObjectBytes.encode(tree, storage.builtIn()).at(revision));
    }

    /** What an object without any value is in that form. Nobody may change it. */
    public Map<String, Object> nothing() {
        return storage != null && storage.builtIn() ? Canonical.nothing(schema) : Map.of();
    }

    /** The form in which upstream would write an object of this version; may share parts with the argument. */
    public Map<String, Object> canonical(Map<String, Object> tree) {
        return storage != null && storage.builtIn() ? Canonical.of(schema, tree) : tree;
    }

    /** The same as upstream has it before it is stored, see {@link Canonical#sent}. */
    public Map<String, Object> sent(Map<String, Object> tree) {
        return storage != null && storage.builtIn() ? Canonical.sent(schema, tree) : tree;
    }
}
