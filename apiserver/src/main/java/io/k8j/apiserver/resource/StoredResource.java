package io.k8j.apiserver.resource;

import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.cache.ResourceCache;
import io.k8j.apiserver.cache.StoreFeed;
import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.model.api.ApiObject;
import io.k8j.model.apply.CreatedFields;
import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.schema.Canonical;
import io.k8j.model.schema.Schema;
import io.k8j.store.Durability;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One kind of object as it is stored, whatever versions and groups it is served under.
 *
 * <p>{@code id}: group and plural of the stored version. {@code kind}: the stored version. {@code builtIn}: whether
 * objects are written as upstream writes typed ones. {@code ttl}: after which objects go by themselves; zero for never.
 */
public final class StoredResource {
    private final GroupResource id;
    private final GroupVersionKind kind;
    private final boolean namespaced;
    private final boolean builtIn;
    private final Schema schema;
    private final Supplier<ResourceStrategy> rules;
    private final ResourceCache cache;
    private final CreatedFields createdFields = new CreatedFields();
    private volatile Strategy known; // null until somebody asks

    /** What is found out of a strategy once. */
    private record Strategy(ResourceStrategy rules, boolean selectable) {}

    /**
     * @param schema of a built-in kind; null for custom resources
     * @param rules asked when they are first needed, which for most resources of most clusters is never
     */
    StoredResource(
            GroupResource id,
            GroupVersionKind kind,
            boolean namespaced,
            Schema schema,
            Supplier<ResourceStrategy> rules,
            CacheLimits limits) {
        this.id = id;
        this.kind = kind;
        this.namespaced = namespaced;
        this.builtIn = schema != null;
        this.schema = schema;
        this.rules = rules;
        String prefix = StoreFeed.ROOT + (builtIn ? "" : id.group() + "/") + id.resource() + "/";
        String indexed = id.group().isEmpty() && id.resource().equals("pods") ? "spec.nodeName" : null;
        this.cache = new ResourceCache(id, prefix, this::fieldsOf, indexed, limits.events(), limits.bytes());
    }

    /** How much of the past a cache keeps for watches that resume. */
    public record CacheLimits(int events, long bytes) {
        public static final CacheLimits DEFAULTS = new CacheLimits(20_000, 48L << 20);
    }

    public GroupResource id() {
        return id;
    }

    public GroupVersionKind kind() {
        return kind;
    }

    public boolean namespaced() {
        return namespaced;
    }

    public boolean builtIn() {
        return builtIn;
    }

    public ResourceStrategy strategy() {
        return known().rules;
    }

    private Strategy known() {
        Strategy found = known;
        if (found == null) {
            ResourceStrategy own = rules.get();
            found = new Strategy(own, !own.selectableFieldNames().isEmpty());
            known = found;
        }
        return found;
    }

    public ResourceCache cache() {
        return cache;
    }

    /** The managed fields of objects that were created. */
    public CreatedFields createdFields() {
        return createdFields;
    }

    /** Leases and events may lose their last moment in a power cut. */
    public Durability durability() {
        boolean relaxed = builtIn
                && (id.resource().equals("events") || id.resource().equals("leases"))
                && (id.group().isEmpty() || id.group().equals("coordination.k8s.io"));
        return relaxed ? Durability.RELAXED : Durability.FSYNC;
    }

    /** How long objects live; zero for as long as nobody deletes them. */
    public Duration ttl() {
        return builtIn && id.group().isEmpty() && id.resource().equals("events") ? Duration.ofHours(1) : Duration.ZERO;
    }

    /** Whether objects are told of their end before they go: the kubelet stops a Pod's containers first. */
    public boolean gracefulDeletion() {
        return builtIn && id.group().isEmpty() && id.resource().equals("pods");
    }

    /** Whether a deletion answers with the object. */
    public boolean returnsDeleted() {
        return builtIn && ResourceInfo.returnsDeleted(id.toString());
    }

    /** The form in which an object is stored and compared; may share parts with the argument. */
    public Map<String, Object> canonical(Map<String, Object> tree) {
        return builtIn ? Canonical.of(schema, tree) : tree;
    }

    /** The form in which a new version is checked, see {@link Canonical#sent}; may share parts with the argument. */
    public Map<String, Object> sent(Map<String, Object> tree) {
        return builtIn ? Canonical.sent(schema, tree) : tree;
    }

    /** Key within the cache. */
    public String key(String namespace, String name) {
        return namespaced ? namespace + "/" + name : name;
    }

    /** Key within the store. */
    public String storeKey(String key) {
        return cache.prefix() + key;
    }

    public CachedObject get(String namespace, String name) {
        return cache.get(key(namespace, name));
    }

    /** The values that field selectors ask for. */
    public Map<String, String> fields(Map<String, Object> tree) {
        Strategy own = known();
        return own.selectable ? own.rules.selectableFields(tree) : Map.of();
    }

    private Map<String, String> fieldsOf(ApiObject object) {
        return known().selectable ? fields(Json.parseObject(object.json())) : Map.of();
    }
}
