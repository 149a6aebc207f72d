package io.k8j.apiserver.crd;

import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.model.json.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The rules of custom resources beside their schema. */
record CustomStrategy(List<String> selectableFieldNames) implements ResourceStrategy {
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
