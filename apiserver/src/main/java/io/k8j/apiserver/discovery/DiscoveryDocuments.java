package io.k8j.apiserver.discovery;

import io.k8j.apiserver.resource.ServedResource;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.resource.ResourceRegistry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All discovery documents of one state of the resource table, as trees that must not be changed. */
final class DiscoveryDocuments {
    /** The form that has all groups, versions and resources in one document. */
    static final GroupVersionKind AGGREGATED =
            new GroupVersionKind("apidiscovery.k8s.io", "v2", "APIGroupDiscoveryList");

    private final Map<String, Map<String, List<ServedResource>>> groups;
    private final Map<String, Foreign> foreign; // by group version; their versions have no resources in groups

    private DiscoveryDocuments(Map<String, Map<String, List<ServedResource>>> groups, Map<String, Foreign> foreign) {
        this.groups = groups;
        this.foreign = foreign;
    }

    /** @param foreign what other servers serve */
    static DiscoveryDocuments of(List<ServedResource> served, List<Foreign> foreign) {
        Map<String, Map<String, List<ServedResource>>> groups = new LinkedHashMap<>();
        for (ServedResource resource : served) {
            groups.computeIfAbsent(resource.gvr().group(), g -> new LinkedHashMap<>())
                    .computeIfAbsent(resource.gvr().version(), v -> new ArrayList<>())
                    .add(resource);
        }
        Map<String, Map<String, List<ServedResource>>> ordered = new LinkedHashMap<>();
        groups.forEach((group, versions) -> ordered.put(group, VersionOrder.sorted(group, versions)));
        if (foreign.isEmpty()) return new DiscoveryDocuments(ordered, Map.of());
        Map<String, Foreign> others = new HashMap<>();
        for (Foreign each : foreign) others.put(each.group() + "/" + each.version(), each);
        return new DiscoveryDocuments(merged(ordered, foreign), others);
    }

    // Groups and versions take the places their APIServices give them.
    private static Map<String, Map<String, List<ServedResource>>> merged(
            Map<String, Map<String, List<ServedResource>>> local, List<Foreign> foreign) {
        Map<String, Long> groupPriorities = new HashMap<>();
        for (String group : local.keySet()) {
            groupPriorities.put(group, (long) ResourceRegistry.groupPriority(group));
        }
        Map<String, Map<String, List<ServedResource>>> all = new LinkedHashMap<>(local);
        for (Foreign each : foreign) {
            groupPriorities.merge(each.group(), each.groupPriority(), Math::max);
            Map<String, List<ServedResource>> versions = new LinkedHashMap<>(all.getOrDefault(each.group(), Map.of()));
            versions.put(each.version(), List.of());
            Comparator<String> order = Comparator.comparingLong((String v) -> versionPriority(each.group(), v, foreign))
                    .reversed()
                    .thenComparing(new VersionOrder());
            Map<String, List<ServedResource>> sorted = new LinkedHashMap<>();
            versions.keySet().stream().sorted(order).forEach(v -> sorted.put(v, versions.get(v)));
            all.put(each.group(), sorted);
        }
        List<String> names = new ArrayList<>(all.keySet());
        names.sort(Comparator.comparing((String g) -> groupPriorities.get(g))
                .reversed()
                .thenComparing(Comparator.naturalOrder()));
        Map<String, Map<String, List<ServedResource>>> ordered = new LinkedHashMap<>();
        for (String name : names) ordered.put(name, all.get(name));
        return ordered;
    }

    private static long versionPriority(String group, String version, List<Foreign> foreign) {
        for (Foreign each : foreign) {
            if (each.group().equals(group) && each.version().equals(version)) return each.versionPriority();
        }
        boolean builtIn = !ResourceRegistry.builtIn().versions(group).isEmpty();
        return builtIn ? ResourceRegistry.versionPriority(group + "/" + version) : 100;
    }

    /** {@code /api}. */
    Map<String, Object> coreVersions(String host) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", "APIVersions");
        tree.put("versions", List.of("v1"));
        Map<String, Object> address = new LinkedHashMap<>();
        address.put("clientCIDR", "0.0.0.0/0");
        address.put("serverAddress", host);
        tree.put("serverAddressByClientCIDRs", List.of(address));
        return tree;
    }

    /** {@code /apis}. */
    Map<String, Object> groups() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", "APIGroupList");
        tree.put("apiVersion", "v1");
        List<Object> list = new ArrayList<>();
        groups.keySet().stream().filter(group -> !group.isEmpty()).forEach(group -> list.add(groupBody(group)));
        tree.put("groups", list);
        return tree;
    }

    /** {@code /apis/GROUP}; null if there is none. */
    Map<String, Object> group(String group) {
        if (group.isEmpty() || !groups.containsKey(group)) {
            return null;
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", "APIGroup");
        tree.put("apiVersion", "v1");
        tree.putAll(groupBody(group));
        return tree;
    }

    private Map<String, Object> groupBody(String group) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", group);
        List<Object> versions = new ArrayList<>();
        for (String version : groups.get(group).keySet()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("groupVersion", group + "/" + version);
            entry.put("version", version);
            versions.add(entry);
        }
        tree.put("versions", versions);
        tree.put("preferredVersion", versions.getFirst());
        return tree;
    }

    /** {@code /api/v1} and {@code /apis/GROUP/VERSION}; null if there is none. */
    Map<String, Object> resources(String group, String version) {
        List<ServedResource> served = groups.getOrDefault(group, Map.of()).get(version);
        if (served == null || foreign.containsKey(group + "/" + version)) {
            return null;
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", "APIResourceList");
        if (!group.isEmpty()) {
            tree.put("apiVersion", "v1");
        }
        tree.put("groupVersion", group.isEmpty() ? version : group + "/" + version);
        List<Map<String, Object>> resources = new ArrayList<>();
        for (ServedResource resource : served) {
            resources.add(resource(resource));
            resource.info().subresources().forEach(sub -> resources.add(subresource(resource.info(), sub)));
        }
        // Only upstream's own resources come in order of their names, subresources among them.
        if (served.getFirst().custom() == null) resources.sort(Comparator.comparing(r -> (String) r.get("name")));
        tree.put("resources", resources);
        return tree;
    }

    private static Map<String, Object> resource(ServedResource served) {
        ResourceInfo info = served.info();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", info.gvr().resource());
        tree.put("singularName", info.singular());
        tree.put("namespaced", info.namespaced());
        if (!info.gvk().group().equals(info.gvr().group())) {
            tree.put("group", info.gvk().group());
            tree.put("version", info.gvk().version());
        }
        tree.put("kind", info.gvk().kind());
        tree.put("verbs", info.verbs());
        if (!info.shortNames().isEmpty()) {
            tree.put("shortNames", info.shortNames());
        }
        if (!info.categories().isEmpty()) {
            tree.put("categories", info.categories());
        }
        if (info.stored()) {
            tree.put("storageVersionHash", info.storageVersionHash());
        }
        return tree;
    }

    private static Map<String, Object> subresource(ResourceInfo info, ResourceInfo.Subresource sub) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", info.gvr().resource() + "/" + sub.name());
        tree.put("singularName", "");
        tree.put("namespaced", info.namespaced());
        if (!sub.gvk().apiVersion().equals(info.gvk().apiVersion())) {
            tree.put("group", sub.gvk().group());
            tree.put("version", sub.gvk().version());
        }
        tree.put("kind", sub.gvk().kind());
        tree.put("verbs", sub.verbs());
        return tree;
    }

    /** The aggregated form of {@code /api}. */
    Map<String, Object> aggregatedCore() {
        return aggregated(groups.containsKey("") ? List.of("") : List.of());
    }

    /** The aggregated form of {@code /apis}. */
    Map<String, Object> aggregatedGroups() {
        return aggregated(groups.keySet().stream().filter(g -> !g.isEmpty()).toList());
    }

    private Map<String, Object> aggregated(List<String> names) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", AGGREGATED.kind());
        tree.put("apiVersion", AGGREGATED.apiVersion());
        tree.put("metadata", Map.of());
        List<Object> items = new ArrayList<>();
        for (String name : names) {
            Map<String, Object> group = new LinkedHashMap<>();
            Map<String, Object> metadata = new LinkedHashMap<>();
            if (!name.isEmpty()) {
                metadata.put("name", name);
            }
            group.put("metadata", metadata);
            List<Object> versions = new ArrayList<>();
            groups.get(name).forEach((version, served) -> {
                Foreign other = foreign.get(name + "/" + version);
                versions.add(other == null ? aggregatedVersion(version, served) : aggregatedVersion(other));
            });
            group.put("versions", versions);
            items.add(group);
        }
        tree.put("items", items);
        return tree;
    }

    private static Map<String, Object> aggregatedVersion(String version, List<ServedResource> served) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("version", version);
        List<Map<String, Object>> resources = new ArrayList<>();
        for (ServedResource resource : served) {
            resources.add(aggregatedResource(resource.info(), resource.custom() != null));
        }
        resources.sort(Comparator.comparing(r -> (String) r.get("resource")));
        tree.put("resources", resources);
        tree.put("freshness", "Current");
        return tree;
    }

    private static Map<String, Object> aggregatedVersion(Foreign other) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("version", other.version());
        List<Map<String, Object>> resources = new ArrayList<>(other.resources());
        resources.sort(Comparator.comparing(r -> String.valueOf(r.get("resource"))));
        tree.put("resources", resources);
        tree.put("freshness", other.current() ? "Current" : "Stale");
        return tree;
    }

    private static Map<String, Object> aggregatedResource(ResourceInfo info, boolean custom) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("resource", info.gvr().resource());
        tree.put("responseKind", kind(info.gvk(), info.gvr(), custom));
        tree.put("scope", info.namespaced() ? "Namespaced" : "Cluster");
        tree.put("singularResource", info.singular());
        tree.put("verbs", info.verbs());
        if (!info.shortNames().isEmpty()) {
            tree.put("shortNames", info.shortNames());
        }
        if (!info.categories().isEmpty()) {
            tree.put("categories", info.categories());
        }
        if (!info.subresources().isEmpty()) {
            List<Object> subresources = new ArrayList<>();
            for (ResourceInfo.Subresource sub : info.subresources()) {
                Map<String, Object> entry = new LinkedHashMap<>();
                entry.put("subresource", sub.name());
                entry.put("responseKind", kind(sub.gvk(), info.gvr(), custom));
                entry.put("verbs", sub.verbs());
                subresources.add(entry);
            }
            tree.put("subresources", subresources);
        }
        return tree;
    }

    /** Upstream's built-in groups leave out what is the resource's own group and version; custom ones do not. */
    private static Map<String, Object> kind(GroupVersionKind gvk, GroupVersionResource of, boolean custom) {
        boolean spelled =
                custom || !gvk.group().equals(of.group()) || !gvk.version().equals(of.version());
        Map<String, Object> kind = new LinkedHashMap<>();
        kind.put("group", spelled ? gvk.group() : "");
        kind.put("version", spelled ? gvk.version() : "");
        kind.put("kind", gvk.kind());
        return kind;
    }
}
