package io.k8j.model.resource;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * All built-in resources, read from {@code resources.tsv} on first use. Immutable; safe for use by several threads.
 * Custom resources are not in it: the server keeps them beside it.
 */
public final class ResourceRegistry {
    private static final String TABLE = "/io/k8j/model/resource/resources.tsv";
    /**
     * Group of what nodes and Pods use. Upstream it belongs to a server of its own, metrics-server, from which its
     * places in discovery and its lack of singular names come.
     */
    public static final String METRICS = "metrics.k8s.io";

    /** Before an apiVersion that is off by default. */
    private static final String OFF = "?";

    private static final List<String> ALL =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
    private static final Set<String> PLAIN_LABELS = labels("*metadata.name,metadata.namespace");

    /** Places of group and version in discovery; higher comes first. What is not listed has upstream's usual 15. */
    private static final Map<String, Integer> GROUP_PRIORITIES = Map.ofEntries(
            Map.entry("", 18000),
            Map.entry("apiregistration.k8s.io", 18000),
            Map.entry("apps", 17800),
            Map.entry("events.k8s.io", 17750),
            Map.entry("authentication.k8s.io", 17700),
            Map.entry("authorization.k8s.io", 17600),
            Map.entry("autoscaling", 17500),
            Map.entry("batch", 17400),
            Map.entry("certificates.k8s.io", 17300),
            Map.entry("networking.k8s.io", 17200),
            Map.entry("policy", 17100),
            Map.entry("rbac.authorization.k8s.io", 17000),
            Map.entry("storage.k8s.io", 16800),
            Map.entry("admissionregistration.k8s.io", 16700),
            Map.entry("apiextensions.k8s.io", 16700),
            Map.entry("scheduling.k8s.io", 16600),
            Map.entry("coordination.k8s.io", 16500),
            Map.entry("node.k8s.io", 16300),
            Map.entry("discovery.k8s.io", 16200),
            Map.entry("resource.k8s.io", 16200),
            Map.entry("flowcontrol.apiserver.k8s.io", 16100),
            Map.entry(METRICS, 100));

    private static final Map<String, Integer> VERSION_PRIORITIES = Map.of(
            "v1",
            1,
            "autoscaling/v2",
            30,
            "flowcontrol.apiserver.k8s.io/v1",
            21,
            "resource.k8s.io/v1",
            21,
            "scheduling.k8s.io/v1alpha2",
            9,
            METRICS + "/v1beta1",
            100);

    private static final class Holder {
        private static final ResourceRegistry KNOWN = new ResourceRegistry(read());
        private static final ResourceRegistry BUILT_IN = KNOWN.only(gvr -> !KNOWN.isOptional(gvr.apiVersion()));
    }

    private final List<ResourceInfo> all;
    private final Map<GroupVersionResource, ResourceInfo> byResource = new LinkedHashMap<>();
    private final Map<GroupVersionKind, ResourceInfo> byKind = new LinkedHashMap<>();
    private final Map<String, List<String>> versionsByGroup = new LinkedHashMap<>();

    private final Set<String> optional;

    private ResourceRegistry(Rows rows) {
        this(rows.all(), rows.optional());
    }

    private ResourceRegistry(List<ResourceInfo> all, Set<String> optional) {
        this.all = List.copyOf(all);
        this.optional = optional;
        for (ResourceInfo info : all) {
            byResource.put(info.gvr(), info);
            byKind.put(info.gvk(), info);
            List<String> versions = versionsByGroup.computeIfAbsent(info.gvr().group(), g -> new ArrayList<>());
            if (!versions.contains(info.gvr().version()))
                versions.add(info.gvr().version());
        }
    }

    /** The resources that upstream serves by default. */
    public static ResourceRegistry builtIn() {
        return Holder.BUILT_IN;
    }

    /** The same and those that are off unless somebody switches them on. */
    public static ResourceRegistry known() {
        return Holder.KNOWN;
    }

    /** These resources without those that are not wanted. */
    public ResourceRegistry only(Predicate<GroupVersionResource> wanted) {
        return new ResourceRegistry(
                all.stream().filter(info -> wanted.test(info.gvr())).toList(), optional);
    }

    /** Whether upstream serves this group version only if it is told to. */
    public boolean isOptional(String apiVersion) {
        return optional.contains(apiVersion);
    }

    /** All resources: groups and versions in discovery's order, names sorted within. */
    public List<ResourceInfo> all() {
        return all;
    }

    /** The resource at that path, or null. */
    public ResourceInfo resource(GroupVersionResource gvr) {
        return byResource.get(gvr);
    }

    /** The resource whose objects have that kind, or null; kinds of subresources are not found. */
    public ResourceInfo kind(GroupVersionKind gvk) {
        return byKind.get(gvk);
    }

    /** Groups in discovery's order, the core group (empty) first. */
    public List<String> groups() {
        return List.copyOf(versionsByGroup.keySet());
    }

    /** Versions of a group, the preferred one first; empty if there is no such group. */
    public List<String> versions(String group) {
        return List.copyOf(versionsByGroup.getOrDefault(group, List.of()));
    }

    /** The resources of one group version, sorted by name. */
    public List<ResourceInfo> resources(String group, String version) {
        return all.stream()
                .filter(r -> r.gvr().group().equals(group) && r.gvr().version().equals(version))
                .toList();
    }

    /** Upstream's {@code groupPriorityMinimum} of a built-in group's APIService; 1000 for a group it does not know. */
    public static int groupPriority(String group) {
        return GROUP_PRIORITIES.getOrDefault(group, 1000);
    }

    /** Upstream's {@code versionPriority} of a built-in group version's APIService. */
    public static int versionPriority(String apiVersion) {
        return VERSION_PRIORITIES.getOrDefault(apiVersion, 15);
    }

    private record Rows(List<ResourceInfo> all, Set<String> optional) {}

    private static Rows read() {
        try (InputStream in = ResourceRegistry.class.getResourceAsStream(TABLE)) {
            if (in == null) throw new IllegalStateException("resource " + TABLE + " is not on the class path");
            List<String[]> rows = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> Arrays.copyOf(line.split("\t", -1), 9))
                    .toList();
            Set<String> optional = new HashSet<>();
            for (String[] row : rows) {
                if (!row[0].startsWith(OFF)) continue;
                row[0] = row[0].substring(OFF.length());
                optional.add(row[0]);
            }
            List<ResourceInfo> all = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                String[] row = rows.get(i);
                if (row[1].contains("/")) continue;
                List<ResourceInfo.Subresource> subresources = new ArrayList<>();
                for (int j = i + 1; j < rows.size() && rows.get(j)[1].startsWith(row[1] + "/"); j++)
                    subresources.add(subresource(rows.get(j)));
                all.add(info(row, subresources));
            }
            return new Rows(all, Set.copyOf(optional));
        } catch (IOException e) {
            throw new UncheckedIOException("read " + TABLE, e);
        }
    }

    private static ResourceInfo info(String[] row, List<ResourceInfo.Subresource> subresources) {
        GroupVersionKind gvk = kind(row[0], row[2]);
        String fields = row[7] == null ? "" : row[7];
        boolean own = fields.startsWith("*");
        return new ResourceInfo(
                new GroupVersionResource(gvk.group(), gvk.version(), row[1]),
                gvk,
                gvk.kind() + "List",
                gvk.group().equals(METRICS) ? "" : gvk.kind().toLowerCase(Locale.ROOT),
                words(row[4]),
                words(row[5]),
                row[3].equals("ns"),
                verbs(row[6]),
                List.copyOf(subresources),
                own ? labels(fields) : PLAIN_LABELS,
                own,
                row[8] == null || row[8].isEmpty() ? gvk : GroupVersionKind.of(row[8], gvk.kind()));
    }

    private static ResourceInfo.Subresource subresource(String[] row) {
        return new ResourceInfo.Subresource(
                row[1].substring(row[1].indexOf('/') + 1), kind(row[0], row[2]), verbs(row[6]));
    }

    private static GroupVersionKind kind(String apiVersion, String text) {
        int space = text.indexOf(' ');
        return space < 0
                ? GroupVersionKind.of(apiVersion, text)
                : GroupVersionKind.of(text.substring(0, space), text.substring(space + 1));
    }

    private static Set<String> labels(String fields) {
        return Collections.unmodifiableSet(
                new LinkedHashSet<>(List.of(fields.substring(1).split(","))));
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" "));
    }

    private static List<String> verbs(String text) {
        return switch (text) {
            case "all" -> ALL;
            case "rw" -> List.of("get", "patch", "update");
            case "proxy" -> List.of("create", "delete", "get", "patch", "update");
            default -> List.of(text.split(" "));
        };
    }
}
