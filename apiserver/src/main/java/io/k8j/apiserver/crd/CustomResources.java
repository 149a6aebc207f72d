package io.k8j.apiserver.crd;

import io.k8j.apiserver.admission.WebhookClient;
import io.k8j.apiserver.cache.CacheEvent;
import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.cache.StoreFeed;
import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.apiserver.subresource.Conditions;
import io.k8j.apiserver.verb.ObjectEditor;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves what CustomResourceDefinitions define. One virtual thread owns all of its state; it reconciles a definition
 * whenever that changes. {@link #start} returns when all established definitions are served.
 */
public final class CustomResources implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CustomResources.class);
    private static final String STOP = "";
    private static final Duration AGAIN = Duration.ofMillis(500);

    private final StoredResource definitions;
    private final ResourceTable table;
    private final StoreFeed feed;
    private final ObjectEditor editor;
    private final Time time;
    private final StoredResource.CacheLimits limits;
    private final InstanceDeleter deleter;
    private final WebhookClient webhooks;
    private final LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();
    private final Map<String, Served> served = new HashMap<>(); // owned by the worker
    private final Map<String, Claim> claims = new HashMap<>(); // owned by the worker
    private volatile boolean closed;

    /** Deletes objects through the API, so that admission and finalizers have their say. */
    @FunctionalInterface
    public interface InstanceDeleter {
        /** Deletes all objects of a resource, in all namespaces. */
        void deleteAll(StoredResource resource);
    }

    /** The names that a version of a definition has, so that each version is parsed once for all its neighbours. */
    private record Claim(long revision, Map<String, Object> names) {}

    /** What is served of a definition. {@code spec} is what it was made of. */
    private record Served(Object spec, StoredResource storage, List<ServedResource> resources) {}

    public CustomResources(
            StoredResource definitions,
            ResourceTable table,
            StoreFeed feed,
            ObjectEditor editor,
            Time time,
            StoredResource.CacheLimits limits,
            InstanceDeleter deleter,
            WebhookClient webhooks) {
        this.definitions = definitions;
        this.table = table;
        this.feed = feed;
        this.editor = editor;
        this.time = time;
        this.limits = limits;
        this.deleter = deleter;
        this.webhooks = webhooks;
    }

    /** Serves the known definitions and follows changes from then on. */
    public void start() {
        definitions
                .cache()
                .onChange((CacheEvent event) -> queue.add(event.object().key()));
        List<String> names = new ArrayList<>();
        definitions.cache().snapshot().objects().visit("", null, definition -> names.add(definition.key()));
        for (String name : names) reconcileSafely(name);
        Thread.ofVirtual().name("custom-resources").start(this::work);
    }

    private void work() {
        try {
            while (!closed) {
                String name = queue.take();
                if (name.equals(STOP)) return;
                reconcileSafely(name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void reconcileSafely(String name) {
        try {
            reconcile(name);
        } catch (RuntimeException e) {
            if (closed) return;
            LOG.atError().addKeyValue("definition", name).setCause(e).log("custom resource not served, trying again");
            time.after(AGAIN, () -> queue.add(name));
        }
    }

    private void reconcile(String name) {
        CachedObject stored = definitions.cache().get(name);
        if (stored == null) {
            stop(name);
            requeueOthers(name);
            return;
        }
        Definition definition = new Definition(Json.parseObject(stored.object().json()));
        if (Trees.get(definition.tree(), "metadata", "deletionTimestamp") != null) {
            terminate(name, definition);
            return;
        }
        boolean accepted = acceptNames(name, definition);
        boolean servable = accepted && !DefinitionConditions.hasWrongBundle(definition.tree());
        if (!servable && !served.containsKey(name)) return;
        serve(name, definition);
        establish(name);
    }

    private void serve(String name, Definition definition) {
        Served known = served.get(name);
        Object spec = definition.tree().get("spec");
        if (known != null && Trees.deepEquals(known.spec, spec)) return;
        StoredResource storage = known == null ? null : known.storage;
        boolean reusable = storage != null
                && storage.kind().equals(definition.storedKind())
                && storage.strategy().selectableFieldNames().equals(definition.selectableFields());
        if (!reusable) {
            if (storage != null) feed.remove(storage.cache());
            storage = ResourceTable.customStorage(
                    definition.id(),
                    definition.storedKind(),
                    definition.namespaced(),
                    new CustomStrategy(definition.resource(), definition.selectableFields()),
                    limits);
            feed.add(storage.cache());
        }
        List<ServedResource> resources = definition.serve(storage, webhooks);
        table.replace(definition.id(), resources);
        served.put(name, new Served(spec, storage, resources));
        if (known != null) retire(known);
    }

    /** Watches show objects by the rules that they began with, so those of former rules end. */
    private void retire(Served former) {
        for (ServedResource resource : former.resources) {
            if (resource.custom() instanceof VersionRules rules) rules.retire();
        }
        feed.endWatches(former.storage.cache());
    }

    private void stop(String name) {
        claims.remove(name);
        Served known = served.remove(name);
        if (known == null) return;
        table.replace(known.storage.id(), List.of());
        feed.remove(known.storage.cache());
    }

    /** Writes what the definition's names have come to; whether all are accepted. */
    private boolean acceptNames(String name, Definition definition) {
        String group = name.substring(name.indexOf('.') + 1);
        List<Map<String, Object>> others = new ArrayList<>();
        definitions.cache().snapshot().objects().visit("", null, other -> {
            if (!other.key().equals(name) && isOf(group, other.key())) others.add(claim(other));
            return true;
        });
        NameClaims.Verdict verdict = NameClaims.judge(definition.tree(), others);
        editor.edit(definitions, name, false, tree -> {
            Trees.set(tree, verdict.names(), "status", "acceptedNames");
            DefinitionConditions.names(tree, verdict, time.instant());
        });
        return verdict.accepted();
    }

    /** A definition is named for its plural and its group. */
    private static boolean isOf(String group, String name) {
        return name.length() - group.length() == name.indexOf('.') + 1 && name.endsWith(group);
    }

    /** The accepted names of a definition. */
    private Map<String, Object> claim(CachedObject definition) {
        Claim known = claims.get(definition.key());
        if (known != null && known.revision == definition.revision()) return known.names;
        Map<String, Object> names =
                Trees.map(Json.parseObject(definition.object().json()), "status", "acceptedNames");
        claims.put(definition.key(), new Claim(definition.revision(), names));
        return names;
    }

    private void establish(String name) {
        editor.edit(definitions, name, false, tree -> {
            if (!Conditions.is(tree, "NamesAccepted", "True")) return;
            DefinitionConditions.establish(tree, time.instant());
        });
    }

    private void terminate(String name, Definition definition) {
        if (!Trees.list(definition.tree(), "metadata", "finalizers").contains(DefinitionHook.FINALIZER)) return;
        Served known = served.get(name);
        if (known != null) {
            ending(known, true);
            deleter.deleteAll(known.storage);
            int left = known.storage.cache().snapshot().objects().size();
            if (left > 0) {
                condition(name, "True", "InstanceDeletionInProgress", "CustomResource deletion is in progress");
                time.after(AGAIN, () -> queue.add(name));
                return;
            }
            condition(name, "False", "InstanceDeletionCompleted", "removed all instances");
            ending(known, false);
        } else {
            condition(name, "False", "NeverEstablished", "resource was never established");
        }
        release(name);
    }

    private static void ending(Served served, boolean now) {
        if (served.storage.strategy() instanceof CustomStrategy strategy) strategy.ending(now);
    }

    private void condition(String name, String status, String reason, String message) {
        editor.edit(
                definitions,
                name,
                false,
                tree -> Conditions.set(tree, "Terminating", status, reason, message, time.instant()));
    }

    private void release(String name) {
        boolean[] last = new boolean[1];
        editor.edit(definitions, name, false, tree -> {
            Map<String, Object> metadata = new LinkedHashMap<>(Trees.map(tree, "metadata"));
            Set<Object> left = new LinkedHashSet<>(Trees.list(metadata, "finalizers"));
            left.remove(DefinitionHook.FINALIZER);
            last[0] = left.isEmpty();
            if (left.isEmpty()) metadata.remove("finalizers");
            else metadata.put("finalizers", new ArrayList<>(left));
            tree.put("metadata", metadata);
        });
        if (!last[0]) return; // somebody else holds the definition: it is served until that is done
        stop(name);
        editor.remove(definitions, name);
    }

    // Names that the departed had are free for others of its group.
    private void requeueOthers(String name) {
        String group = name.substring(name.indexOf('.') + 1);
        definitions.cache().snapshot().objects().visit("", null, other -> {
            if (other.key().endsWith("." + group)) queue.add(other.key());
            return true;
        });
    }

    @Override
    public void close() {
        closed = true;
        queue.add(STOP);
    }
}
