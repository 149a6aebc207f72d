package io.k8j.apiserver.crd;

import io.k8j.apiserver.resource.VersionConverter;
import io.k8j.model.apply.OtherVersions;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;

/**
 * Conversion of custom resources with what their schemas do to them on the way: a stored object is pruned and gets the
 * defaults of the version it was stored in, whichever version is asked for, and each conversion prunes by the schema that
 * it leads to.
 *
 * @param between translates, and knows nothing of schemas
 * @param rules what all versions of the definition ask of their objects, by {@code apiVersion}
 */
record CustomConverter(VersionConverter between, Map<String, VersionRules> rules) implements VersionConverter {
    @Override
    public Map<String, Object> toStored(Map<String, Object> object) {
        Object before = object.get("apiVersion");
        return pruned(before, between.toStored(object));
    }

    @Override
    public Map<String, Object> fromStored(Map<String, Object> object) {
        return translate(completed(object));
    }

    @Override
    public Map<String, Object> translate(Map<String, Object> object) {
        Object before = object.get("apiVersion");
        return pruned(before, between.translate(object));
    }

    @Override
    public OtherVersions versions() {
        return (apiVersion, object) -> {
            VersionRules own = rules.get(apiVersion);
            if (own == null) return OtherVersions.Form.GONE;
            Map<String, Object> copy = Trees.deepCopy(object);
            return new OtherVersions.Form(pruned(object.get("apiVersion"), between.to(apiVersion, copy)), own.schema());
        };
    }

    @Override
    public List<Map<String, Object>> allFromStored(List<Map<String, Object>> objects) {
        List<Object> before =
                objects.stream().map(object -> object.get("apiVersion")).toList();
        List<Map<String, Object>> converted =
                between.allFromStored(objects.stream().map(this::completed).toList());
        for (int i = 0; i < converted.size(); i++) pruned(before.get(i), converted.get(i));
        return converted;
    }

    @Override
    public boolean movesFields() {
        return between.movesFields();
    }

    private Map<String, Object> completed(Map<String, Object> stored) {
        VersionRules own = rules.get(String.valueOf(stored.get("apiVersion")));
        if (own != null) own.complete(stored);
        return stored;
    }

    private Map<String, Object> pruned(Object before, Map<String, Object> converted) {
        Object now = converted.get("apiVersion");
        VersionRules own = now.equals(before) ? null : rules.get(String.valueOf(now));
        if (own != null) own.fit(converted);
        return converted;
    }
}
