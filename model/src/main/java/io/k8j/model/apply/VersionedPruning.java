package io.k8j.model.apply;

import io.k8j.model.apply.Owners.Id;
import io.k8j.model.schema.Schema;
import java.util.LinkedHashMap;
import java.util.Map;

/** Prunes a merged object where the applier and others may own its fields in different versions. */
final class VersionedPruning {
    private final Owners owners;
    private final Id self;
    private final String written;
    private final Schema schema;
    private final OtherVersions versions;

    /** @param written version of the merged object, whose schema is {@code schema} */
    VersionedPruning(Owners owners, Id self, String written, Schema schema, OtherVersions versions) {
        this.owners = owners;
        this.self = self;
        this.written = written;
        this.schema = schema;
        this.versions = versions;
    }

    /**
     * What is left, in the version that is written.
     *
     * @param last what the applier owned before
     * @param own what it owns now
     */
    Map<String, Object> prune(Map<String, Object> merged, Owners.Entry last, Map<String, Object> own) {
        Map<String, Map<String, Object>> owned = new LinkedHashMap<>(); // by version; alike ones are one
        owned.put(written, own);
        String home = written; // the version in which the applier owned what may go
        if (isApart(last.apiVersion(), merged)) {
            if (form(last.apiVersion(), merged).schema() == null) return merged;
            home = last.apiVersion();
        }
        for (Map.Entry<Id, Owners.Entry> e : owners.entries().entrySet()) {
            if (e.getKey().equals(self)) continue;
            String version = e.getValue().apiVersion();
            String key = isApart(version, merged) ? version : written;
            owned.merge(key, e.getValue().fields(), FieldSets::union);
        }
        OtherVersions.Form whole = form(home, merged);
        boolean together = owned.size() == 1 && home.equals(written);
        if (together && Pruning.keepsAll(last.fields(), owned.get(written), schema)) return merged;
        Map<String, Object> pruned = Pruning.bare(whole.object(), last.fields(), whole.schema());
        for (Map.Entry<String, Map<String, Object>> each : owned.entrySet()) {
            pruned = each.getKey().equals(home)
                    ? Pruning.keep(whole.object(), pruned, each.getValue(), whole.schema())
                    : keepOwned(merged, pruned, home, each);
        }
        pruned = Pruning.onlyOwn(whole.object(), pruned, last.fields(), whole.schema());
        return home.equals(written) ? pruned : form(written, pruned).object();
    }

    /** Brings back what somebody owns in another version. */
    private Map<String, Object> keepOwned(
            Map<String, Object> merged,
            Map<String, Object> pruned,
            String home,
            Map.Entry<String, Map<String, Object>> other) {
        OtherVersions.Form whole = form(other.getKey(), merged);
        if (whole.schema() == null) return pruned;
        OtherVersions.Form rest = form(other.getKey(), pruned);
        Map<String, Object> kept = Pruning.keep(whole.object(), rest.object(), other.getValue(), whole.schema());
        return form(home, kept).object();
    }

    private boolean isApart(String version, Map<String, Object> object) {
        return !version.equals(written) && versions.of(version, object) != null;
    }

    private OtherVersions.Form form(String version, Map<String, Object> object) {
        boolean there = version.equals(object.get("apiVersion"));
        if (there && version.equals(written)) return new OtherVersions.Form(object, schema);
        OtherVersions.Form form = versions.of(version, object);
        return form == null ? new OtherVersions.Form(object, schema) : form;
    }
}
