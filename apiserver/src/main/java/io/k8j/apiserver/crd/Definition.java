package io.k8j.apiserver.crd;

import io.k8j.apiserver.admission.WebhookClient;
import io.k8j.apiserver.resource.CustomRules;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.apiserver.resource.VersionConverter;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.resource.ResourceInfo.Subresource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads one CustomResourceDefinition and makes what is served of it. */
final class Definition {
    private static final List<String> VERBS =
            List.of("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch");
    private static final List<String> CHANGE = List.of("get", "patch", "update");
    private static final GroupVersionKind SCALE = new GroupVersionKind("autoscaling", "v1", "Scale");

    private final Map<String, Object> tree;
    private final Map<String, Object> spec;

    Definition(Map<String, Object> tree) {
        this.tree = tree;
        this.spec = Trees.map(tree, "spec");
    }

    Map<String, Object> tree() {
        return tree;
    }

    String name() {
        return Trees.string(tree, "metadata", "name");
    }

    GroupResource id() {
        return new GroupResource(Trees.string(spec, "group"), Trees.string(spec, "names", "plural"));
    }

    /** The resource in its stored version. */
    GroupVersionResource resource() {
        return new GroupVersionResource(id().group(), storedKind().version(), id().resource());
    }

    /** What users of a version are warned of; null if it is not deprecated. */
    private String deprecation(Object version) {
        if (!Trees.isTrue(version, "deprecated")) return null;
        if (Trees.string(version, "deprecationWarning") instanceof String own && !own.isEmpty()) return own;
        String name = Trees.string(version, "name");
        String kind = Trees.string(spec, "names", "kind");
        String group = Trees.string(spec, "group");
        String better = null;
        for (Object other : Trees.list(spec, "versions")) {
            String candidate = Trees.string(other, "name");
            boolean fits = Trees.isTrue(other, "served")
                    && !Trees.isTrue(other, "deprecated")
                    && VersionOrder.compare(candidate, name) > 0;
            if (fits && (better == null || VersionOrder.compare(candidate, better) > 0)) better = candidate;
        }
        String words = "%s/%s %s is deprecated".formatted(group, name, kind);
        return better == null ? words : words + "; use %s/%s %s".formatted(group, better, kind);
    }

    private boolean isRevised() {
        Long generation = Trees.integer(tree, "metadata", "generation");
        return generation == null
                || generation > 1
                || Trees.list(spec, "versions").size() > 1;
    }

    boolean namespaced() {
        return "Namespaced".equals(spec.get("scope"));
    }

    GroupVersionKind storedKind() {
        for (Object version : Trees.list(spec, "versions")) {
            if (Trees.isTrue(version, "storage")) return kind(Trees.string(version, "name"));
        }
        throw new IllegalStateException("definition " + name() + " has no storage version");
    }

    /** Paths of all selectable fields, as {@code spec.color}. */
    List<String> selectableFields() {
        Set<String> all = new LinkedHashSet<>();
        for (Object version : Trees.list(spec, "versions")) all.addAll(selectable(version));
        return List.copyOf(all);
    }

    private static List<String> selectable(Object version) {
        List<String> paths = new ArrayList<>();
        for (Object field : Trees.list(version, "selectableFields")) {
            String path = Trees.string(field, "jsonPath");
            if (path != null) paths.add(path.startsWith(".") ? path.substring(1) : path);
        }
        return paths;
    }

    /** What is served of each served version, the most stable and newest first. */
    List<ServedResource> serve(StoredResource storage, WebhookClient webhooks) {
        List<ServedResource> served = new ArrayList<>();
        Map<String, VersionRules> rules = new HashMap<>();
        for (Object version : Trees.list(spec, "versions")) {
            rules.put(kind(Trees.string(version, "name")).apiVersion(), rules(version));
        }
        for (Object version : Trees.list(spec, "versions")) {
            if (Trees.isTrue(version, "served")) served.add(version(version, storage, rules, webhooks));
        }
        served.sort((a, b) -> VersionOrder.compare(b.gvr().version(), a.gvr().version()));
        return served;
    }

    private VersionRules rules(Object version) {
        CustomRules.ScalePaths scale = null;
        if (Trees.get(version, "subresources", "scale") instanceof Map<?, ?> paths) {
            scale = new CustomRules.ScalePaths(
                    Trees.string(paths, "specReplicasPath"),
                    Trees.string(paths, "statusReplicasPath"),
                    Trees.string(paths, "labelSelectorPath"));
        }
        Map<String, Object> source = Trees.map(version, "schema", "openAPIV3Schema");
        return new VersionRules(StructuralSchema.ofObject(source), source, scale, isRevised(), deprecation(version));
    }

    private ServedResource version(
            Object version, StoredResource storage, Map<String, VersionRules> all, WebhookClient webhooks) {
        List<Subresource> subresources = new ArrayList<>();
        GroupVersionKind kind = kind(Trees.string(version, "name"));
        if (Trees.get(version, "subresources", "status") != null) {
            subresources.add(new Subresource("status", kind, CHANGE));
        }
        VersionRules rules = all.get(kind.apiVersion());
        if (rules.scale() != null) subresources.add(new Subresource("scale", SCALE, CHANGE));
        Set<String> labels = new LinkedHashSet<>(List.of("metadata.name", "metadata.namespace"));
        labels.addAll(selectable(version));
        ResourceInfo info = new ResourceInfo(
                new GroupVersionResource(kind.group(), kind.version(), id().resource()),
                kind,
                Trees.string(spec, "names", "listKind"),
                Trees.string(spec, "names", "singular"),
                texts(Trees.list(spec, "names", "shortNames")),
                texts(Trees.list(spec, "names", "categories")),
                namespaced(),
                VERBS,
                List.copyOf(subresources),
                Set.copyOf(labels),
                true,
                storage.kind());
        return new ServedResource(
                info,
                rules.schema(),
                storage,
                new CustomConverter(converter(kind, storage.kind(), webhooks), all),
                new ColumnPrinter(Trees.list(version, "additionalPrinterColumns")),
                rules);
    }

    private VersionConverter converter(GroupVersionKind kind, GroupVersionKind stored, WebhookClient webhooks) {
        if (!"Webhook".equals(Trees.string(spec, "conversion", "strategy"))) return new Renamed(kind, stored);
        return new ConversionWebhook(Trees.map(spec, "conversion", "webhook"), webhooks, kind, stored);
    }

    private GroupVersionKind kind(String version) {
        return new GroupVersionKind(Trees.string(spec, "group"), version, Trees.string(spec, "names", "kind"));
    }

    private static List<String> texts(List<Object> list) {
        return list.stream().map(String::valueOf).toList();
    }

    /** Conversion {@code None}: versions differ by their name only. Objects may be stored in an older version yet. */
    private record Renamed(GroupVersionKind served, GroupVersionKind stored) implements VersionConverter {
        @Override
        public Map<String, Object> toStored(Map<String, Object> object) {
            object.put("apiVersion", stored.apiVersion());
            return object;
        }

        @Override
        public Map<String, Object> fromStored(Map<String, Object> object) {
            return to(served.apiVersion(), object);
        }

        @Override
        public Map<String, Object> to(String apiVersion, Map<String, Object> object) {
            object.put("apiVersion", apiVersion);
            return object;
        }
    }
}
