package io.k8j.controllers.garbage;

import io.k8j.client.ObjectKey;
import io.k8j.client.ResourceCatalog;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.Ownership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who owns whom, over all resources. Owners need not be known: dependents are kept under the owner's uid all the same.
 * Safe for all threads; does no I/O.
 */
final class OwnerGraph {
    static final String FOREGROUND = "foregroundDeletion";
    static final String ORPHAN = "orphan";

    /** What is known of one object. */
    record Item(
            String uid,
            ResourceCatalog.Entry resource,
            ObjectKey key,
            List<Ownership.Owner> owners,
            boolean deleting,
            boolean foreground,
            boolean orphaning) {
        static Item of(ResourceCatalog.Entry resource, ApiObject object) {
            Ownership ownership = Ownership.of(object);
            boolean deleting = !ownership.deletionTimestamp().isEmpty();
            return new Item(
                    object.uid(),
                    resource,
                    ObjectKey.of(object),
                    ownership.owners(),
                    deleting,
                    deleting && ownership.finalizers().contains(FOREGROUND),
                    deleting && ownership.finalizers().contains(ORPHAN));
        }

        /** Whether the owner's foreground deletion must wait for this object. */
        boolean blocks(String ownerUid) {
            return owners.stream().anyMatch(owner -> owner.uid().equals(ownerUid) && owner.blockOwnerDeletion());
        }
    }

    /**
     * Uids to look at after a change.
     *
     * @param toDelete may have to be deleted, or to be let go
     * @param toOrphan their dependents must be freed
     */
    record Effects(Set<String> toDelete, Set<String> toOrphan) {
        static final Effects NONE = new Effects(Set.of(), Set.of());
    }

    private final Map<String, Item> items = new HashMap<>(); // guarded by this
    private final Map<String, Set<String>> dependents = new HashMap<>(); // guarded by this; by the owner's uid

    synchronized Effects put(Item item) {
        Item before = items.put(item.uid, item);
        if (before != null
                && before.owners.equals(item.owners)
                && before.foreground == item.foreground
                && before.orphaning == item.orphaning) {
            return Effects.NONE;
        }
        Set<String> toDelete = new LinkedHashSet<>();
        Set<String> toOrphan = new LinkedHashSet<>();
        link(item, toDelete);
        if (before != null) {
            unlink(before, item, toDelete);
        }
        if (item.orphaning) {
            if (before == null || !before.orphaning) {
                toOrphan.add(item.uid);
            }
        } else if (item.foreground && (before == null || !before.foreground)) {
            toDelete.addAll(dependents.getOrDefault(item.uid, Set.of()));
            toDelete.add(item.uid);
        }
        return new Effects(toDelete, toOrphan);
    }

    private void link(Item item, Set<String> toDelete) {
        for (Ownership.Owner owner : item.owners) {
            dependents.computeIfAbsent(owner.uid(), k -> new HashSet<>(4)).add(item.uid);
            Item known = items.get(owner.uid());
            boolean elsewhere = known != null && !isVisibleFrom(known, item);
            if (known == null || known.foreground || elsewhere) {
                toDelete.add(item.uid);
            }
        }
    }

    private void unlink(Item before, Item now, Set<String> toDelete) {
        for (Ownership.Owner owner : before.owners) {
            Optional<Ownership.Owner> kept = now == null
                    ? Optional.empty()
                    : now.owners.stream()
                            .filter(o -> o.uid().equals(owner.uid()))
                            .findFirst();
            if (kept.isEmpty()) {
                dependents.computeIfPresent(owner.uid(), (uid, set) -> {
                    set.remove(before.uid);
                    return set.isEmpty() ? null : set;
                });
            }
            boolean freed =
                    kept.isEmpty() || (owner.blockOwnerDeletion() && !kept.get().blockOwnerDeletion());
            Item known = items.get(owner.uid());
            if (freed && known != null && known.foreground) {
                toDelete.add(known.uid);
            }
        }
    }

    /** Owners of another namespace do not count. */
    private static boolean isVisibleFrom(Item owner, Item dependent) {
        return owner.key.namespace().isEmpty() || owner.key.namespace().equals(dependent.key.namespace());
    }

    synchronized Effects remove(String uid) {
        Item before = items.remove(uid);
        Set<String> toDelete = new LinkedHashSet<>(dependents.getOrDefault(uid, Set.of()));
        if (before != null) {
            unlink(before, null, toDelete);
        }
        return new Effects(toDelete, Set.of());
    }

    synchronized Optional<Item> get(String uid) {
        return Optional.ofNullable(items.get(uid));
    }

    synchronized List<Item> dependentsOf(String uid) {
        List<Item> found = new ArrayList<>();
        for (String dependent : dependents.getOrDefault(uid, Set.of())) {
            Item item = items.get(dependent);
            if (item != null) {
                found.add(item);
            }
        }
        return found;
    }

    /** The uids of all objects of a resource, to find those that a new list no longer has. */
    synchronized Set<String> uidsOf(ResourceCatalog.Entry resource) {
        Set<String> uids = new HashSet<>();
        items.values().stream().filter(item -> item.resource.equals(resource)).forEach(item -> uids.add(item.uid));
        return uids;
    }

    /** The owners of an item that are known but live in a namespace where they do not count. */
    synchronized List<Ownership.Owner> misplacedOwners(Item item) {
        return item.owners.stream()
                .filter(owner -> {
                    Item known = items.get(owner.uid());
                    return known != null && !isVisibleFrom(known, item);
                })
                .toList();
    }

    synchronized int size() {
        return items.size();
    }
}
