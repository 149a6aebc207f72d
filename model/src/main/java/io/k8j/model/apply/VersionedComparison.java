package io.k8j.model.apply;

import io.k8j.model.schema.Schema;
import java.util.HashMap;
import java.util.Map;

/** What a write changes, seen in each version in which somebody owns fields. */
final class VersionedComparison {
    private final Map<String, Object> before;
    private final Map<String, Object> after;
    private final Map<String, Object> resetFields;
    private final OtherVersions versions;
    private final Comparison written;
    private final Map<String, Comparison> known = new HashMap<>();

    /**
     * @param apiVersion version of both objects
     * @param resetFields what nobody can own here; null for none
     */
    VersionedComparison(
            Map<String, Object> before,
            Map<String, Object> after,
            Schema schema,
            String apiVersion,
            Map<String, Object> resetFields,
            OtherVersions versions) {
        this.before = before;
        this.after = after;
        this.resetFields = resetFields;
        this.versions = versions;
        this.written = Comparison.of(before, after, schema).without(resetFields);
        known.put(apiVersion, written);
    }

    /** In the version that is written. */
    Comparison written() {
        return written;
    }

    /** In another version; null if that is gone. */
    Comparison in(String apiVersion) {
        if (known.containsKey(apiVersion)) return known.get(apiVersion);
        Comparison comparison = compare(apiVersion);
        known.put(apiVersion, comparison);
        return comparison;
    }

    private Comparison compare(String apiVersion) {
        // An object that is not there yet has no version.
        if (before.get("apiVersion") == null) return written;
        OtherVersions.Form old = versions.of(apiVersion, before);
        if (old == null) return written;
        if (old.schema() == null) return null;
        return Comparison.of(old.object(), versions.of(apiVersion, after).object(), old.schema())
                .without(resetFields);
    }
}
