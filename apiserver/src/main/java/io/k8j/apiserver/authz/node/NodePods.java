package io.k8j.apiserver.authz.node;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupVersionResource;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the Pods of each node refer to. A change of a Pod costs one entry in a set; Pods are read when somebody asks.
 * Safe for all threads.
 */
final class NodePods {
    static final GroupVersionResource PODS = new GroupVersionResource("", "v1", "pods");

    private record Key(String namespace, String name) {}

    private final ObjectReader objects;
    private final Set<Key> changed = ConcurrentHashMap.newKeySet();
    private final Map<Key, PodReferences> known = new ConcurrentHashMap<>();
    private final Map<String, Map<Key, PodReferences>> byNode = new ConcurrentHashMap<>();
    private boolean loaded; // guarded by this

    NodePods(ObjectReader objects) {
        this.objects = objects;
        objects.onChange(PODS, this::note);
    }

    private void note(ObjectReader.Change change) {
        Key key = new Key(change.object().namespace(), change.object().name());
        if (change.deleted() && !known.containsKey(key)) {
            changed.remove(key); // nobody ever asked, and nobody will
        } else {
            changed.add(key);
        }
    }

    /** The Pods of a node as they are now. */
    Collection<PodReferences> of(String node) {
        catchUp();
        Map<Key, PodReferences> pods = byNode.get(node);
        return pods == null ? Set.of() : pods.values();
    }

    private void catchUp() {
        if (isCurrent()) {
            return;
        }
        synchronized (this) {
            if (!loaded) {
                loaded = true;
                objects.list(PODS, "").forEach(pod -> changed.add(new Key(pod.namespace(), pod.name())));
            }
            for (Iterator<Key> it = changed.iterator(); it.hasNext(); ) {
                Key key = it.next();
                it.remove(); // before the Pod is read, so that a change meanwhile is not lost
                refresh(key);
            }
        }
    }

    private synchronized boolean isCurrent() {
        return loaded && changed.isEmpty();
    }

    private void refresh(Key key) {
        ApiObject object = objects.get(PODS, key.namespace(), key.name()).orElse(null);
        PodReferences now = object == null ? null : references(object);
        PodReferences before = now == null ? known.remove(key) : known.put(key, now);
        if (before != null && (now == null || !before.node().equals(now.node()))) {
            Map<Key, PodReferences> left = byNode.get(before.node());
            left.remove(key);
            if (left.isEmpty()) {
                byNode.remove(before.node());
            }
        }
        if (now != null) {
            byNode.computeIfAbsent(now.node(), n -> new ConcurrentHashMap<>()).put(key, now);
        }
    }

    private static PodReferences references(ApiObject object) {
        Pod pod = object.as(Pod.class);
        String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        return node == null || node.isEmpty() ? null : PodReferences.of(pod);
    }
}
