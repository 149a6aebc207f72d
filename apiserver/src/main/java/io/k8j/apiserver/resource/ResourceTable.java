package io.k8j.apiserver.resource;

import io.k8j.apiserver.crd.DefinitionStrategy;
import io.k8j.apiserver.printer.Printers;
import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.apiserver.strategy.Strategies;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.resource.ResourceRegistry;
import io.k8j.model.schema.Schemas;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * All resources that are served at the moment, built-in and custom. Reads see one consistent table; changes replace it
 * as a whole. Safe for all threads.
 */
public final class ResourceTable {
    private final ResourceRegistry builtIn;
    private volatile Map<GroupVersionResource, ServedResource> served = Map.of();
    private volatile long version;

    private ResourceTable(ResourceRegistry builtIn) {
        this.builtIn = builtIn;
    }

    /** A table of the built-in resources. */
    public static ResourceTable builtIn(ServedApis apis, StoredResource.CacheLimits limits) {
        Map<GroupVersionKind, StoredResource> stored = new HashMap<>();
        Map<GroupVersionResource, ServedResource> served = new LinkedHashMap<>();
        List<ResourceInfo> all = apis.registry().all();
        Strategies strategies = Strategies.of(apis.gates());
        for (ResourceInfo info : all) {
            if (info.stored() && info.storageKind().equals(info.gvk()))
                stored.put(info.gvk(), storage(info, strategies, limits));
        }
        for (ResourceInfo info : all) {
            StoredResource storage = info.stored() ? stored.get(info.storageKind()) : null;
            served.put(
                    info.gvr(),
                    new ServedResource(
                            info, Schemas.kind(info.gvk()), storage, converter(info), Printers.of(info.gvk()), null));
        }
        ResourceTable table = new ResourceTable(apis.registry());
        table.served = served;
        return table;
    }

    private static StoredResource storage(ResourceInfo info, Strategies strategies, StoredResource.CacheLimits limits) {
        boolean definitions = info.gvk().kind().equals("CustomResourceDefinition");
        Supplier<ResourceStrategy> rules = () -> definitions ? new DefinitionStrategy() : strategies.find(info.gvr());
        GroupResource id = new GroupResource(info.gvr().group(), info.gvr().resource());
        return new StoredResource(id, info.gvk(), info.namespaced(), Schemas.kind(info.gvk()), rules, limits);
    }

    /** Storage for a custom resource, whose cache the caller adds to the feed. */
    public static StoredResource customStorage(
            GroupResource id,
            GroupVersionKind kind,
            boolean namespaced,
            ResourceStrategy strategy,
            StoredResource.CacheLimits limits) {
        return new StoredResource(id, kind, namespaced, null, () -> strategy, limits);
    }

    private static VersionConverter converter(ResourceInfo info) {
        if (info.storageKind().equals(info.gvk())) return VersionConverter.NONE;
        return switch (info.gvr().group()) {
            case "events.k8s.io" -> new EventConverter();
            case "autoscaling" -> new AutoscalerConverter();
            default -> throw new IllegalStateException("no converter for " + info.gvr());
        };
    }

    /** The built-in resources among those that are served. */
    public ResourceRegistry builtIn() {
        return builtIn;
    }

    /** The resource, or null if it is not served. */
    public ServedResource get(GroupVersionResource resource) {
        return served.get(resource);
    }

    /** Everything served, built-in resources first, in discovery's order. */
    public Collection<ServedResource> all() {
        return served.values();
    }

    /** Grows with each change, so that discovery documents can be kept until it does. */
    public long version() {
        return version;
    }

    /** Any served version of a resource of that group, or null. */
    public ServedResource find(String group, String resource) {
        for (ServedResource s : served.values()) {
            if (s.gvr().resource().equals(resource) && s.gvr().group().equals(group)) return s;
        }
        return null;
    }

    /** The resource that serves a kind, or null. */
    public ServedResource kind(GroupVersionKind kind) {
        for (ServedResource s : served.values()) if (s.gvk().equals(kind)) return s;
        return null;
    }

    /** Every storage once. */
    public List<StoredResource> storages() {
        Set<StoredResource> all = new LinkedHashSet<>();
        for (ServedResource s : served.values()) {
            if (s.storage() != null) all.add(s.storage());
        }
        return List.copyOf(all);
    }

    /** Replaces all versions of a custom resource; an empty list removes it. */
    public synchronized void replace(GroupResource id, List<ServedResource> versions) {
        Map<GroupVersionResource, ServedResource> next = new LinkedHashMap<>(served);
        next.keySet()
                .removeIf(
                        gvr -> gvr.group().equals(id.group()) && gvr.resource().equals(id.resource()));
        for (ServedResource s : versions) next.put(s.gvr(), s);
        served = next;
        version++;
    }
}
