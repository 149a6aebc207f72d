package io.k8j.apiserver.crd;

import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.model.api.ApiException;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The rules of custom resources beside their schema. */
final class CustomStrategy implements ResourceStrategy {
    private final GroupVersionResource resource;
    private final List<String> selectableFieldNames;
    private volatile boolean ending;

    CustomStrategy(GroupVersionResource resource, List<String> selectableFieldNames) {
        this.resource = resource;
        this.selectableFieldNames = List.copyOf(selectableFieldNames);
    }

    /** Whether the definition's objects are being deleted with it, so that no new ones may come. */
    void ending(boolean now) {
        ending = now;
    }

    @Override
    public void prepareForCreate(RequestContext context, Map<String, Object> object) {
        if (!ending) return;
        String name = Trees.string(object, "metadata", "name");
        throw ApiException.forbidden(
                resource,
                name == null ? "" : name,
                "create not allowed while custom resource definition is terminating");
    }

    @Override
    public List<String> selectableFieldNames() {
        return selectableFieldNames;
    }

    @Override
    public Map<String, String> selectableFields(Map<String, Object> object) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String path : selectableFieldNames) {
            Object value = Trees.get(object, path.split("\\."));
            values.put(path, value == null ? "" : String.valueOf(value));
        }
        return values;
    }

    @Override
    public boolean allowUnconditionalUpdate() {
        return false;
    }
}
