package io.k8j.apiserver;

import io.k8j.apiserver.admission.Versions;
import io.k8j.apiserver.resource.ObjectCodec;
import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.model.api.ApiException;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.schema.Canonical;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Answers from the table of served resources. */
record TableVersions(ResourceTable table) implements Versions {
    @Override
    public List<GroupVersionResource> equivalents(GroupVersionResource resource, String subresource) {
        ServedResource own = table.get(resource);
        if (own == null || own.storage() == null) return List.of();
        List<GroupVersionResource> others = new ArrayList<>();
        for (ServedResource served : table.all()) {
            boolean same = served.storage() == own.storage() && served != own;
            if (same && (subresource.isEmpty() || served.info().subresource(subresource) != null)) {
                others.add(served.gvr());
            }
        }
        return others;
    }

    @Override
    public GroupVersionKind kind(GroupVersionResource resource, String subresource) {
        ServedResource served = table.get(resource);
        if (served == null) return null;
        if (subresource.isEmpty()) return served.gvk();
        ResourceInfo.Subresource found = served.info().subresource(subresource);
        return found == null ? null : found.gvk();
    }

    @Override
    public Map<String, Object> convert(Map<String, Object> object, GroupVersionKind wanted) {
        if (object == null) return null;
        GroupVersionKind kind = kindOf(object, wanted);
        ServedResource to = table.kind(wanted);
        ServedResource from = kind.equals(wanted) ? to : table.kind(kind);
        if (to == null
                && from != null
                && from.storage() != null
                && from.storage().kind().equals(wanted)) {
            return from.converter().toStored(Trees.deepCopy(object)); // stored, but not served any more
        }
        if (to == null || to.storage() == null) {
            Schema schema = Schemas.kind(kind);
            return schema == null ? object : Canonical.of(schema, object);
        }
        if (from == to) return to.canonical(object);
        if (to.custom() != null) return to.converter().translate(Trees.deepCopy(object));
        Map<String, Object> tree = Trees.deepCopy(object);
        // A version that is stored but not served any more is taken as stored.
        Map<String, Object> stored = from == null ? tree : from.converter().toStored(tree);
        return to.canonical(to.converter().fromStored(stored));
    }

    private static GroupVersionKind kindOf(Map<String, Object> object, GroupVersionKind fallback) {
        return object.get("apiVersion") instanceof String version && object.get("kind") instanceof String kind
                ? GroupVersionKind.of(version, kind)
                : fallback;
    }

    @Override
    public Map<String, Object> decode(Map<String, Object> object, GroupVersionKind kind) {
        ServedResource served = table.kind(kind);
        if (served != null) return ObjectCodec.decode(served, object).tree();
        Schema schema = Schemas.kind(kind);
        return schema == null
                ? object
                : ObjectCodec.decode(kind, schema, null, object, true).tree();
    }

    @Override
    public Map<String, Object> decodeStrictly(Map<String, Object> object, GroupVersionKind kind) {
        ServedResource served = table.kind(kind);
        if (served == null || served.custom() != null) return decode(object, kind);
        ObjectCodec.Decoded decoded = ObjectCodec.decode(served, object);
        if (!decoded.problems().isEmpty()) {
            throw ApiException.badRequest("strict decoding error: " + String.join(", ", decoded.problems()));
        }
        return decoded.tree();
    }

    @Override
    public GroupVersionResource resource(GroupVersionKind kind) {
        ServedResource served = table.kind(kind);
        return served == null ? null : served.gvr();
    }

    @Override
    public Schema schema(GroupVersionKind kind) {
        ServedResource served = table.kind(kind);
        return served == null || served.schema() == null ? Schemas.kind(kind) : served.schema();
    }

    @Override
    public boolean isNamespaced(GroupVersionResource resource) {
        ServedResource served = table.get(resource);
        return served != null && served.info().namespaced();
    }
}
