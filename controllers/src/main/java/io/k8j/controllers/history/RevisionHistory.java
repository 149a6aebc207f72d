package io.k8j.controllers.history;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.ControllerRevisionBuilder;
import io.k8j.client.DeleteOptions;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Resources;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.OwnerClaims;
import io.k8j.controllers.support.Owners;
import io.k8j.controllers.support.StableHash;
import io.k8j.controllers.support.Times;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The earlier Pod templates of StatefulSets and DaemonSets, kept as ControllerRevisions in the form that
 * {@code kubectl rollout} reads: a patch that replaces the template.
 *
 * @param <O> which of the two
 */
public final class RevisionHistory<O extends HasMetadata> {
    static final Comparator<ControllerRevision> ORDER = Comparator.comparingLong(
                    (ControllerRevision r) -> Nulls.or(r.getRevision(), 0L))
            .thenComparing(r -> Times.created(r))
            .thenComparing(r -> Nulls.name(r));

    private final Resources<ControllerRevision> revisions;
    private final Informer.Index<ControllerRevision> byOwner;
    private final OwnerClaims<O, ControllerRevision> claims;
    private final String hashLabel;

    /**
     * @param informer the ControllerRevisions; not started yet
     * @param hashLabel label under which a revision bears its hash
     */
    public RevisionHistory(
            ControllerContext context, Class<O> owner, Informer<ControllerRevision> informer, String hashLabel) {
        this.revisions = context.resources(ControllerRevision.class);
        this.byOwner = informer.index(revision -> {
            String uid = Owners.controllerUid(revision);
            return List.of(uid.isEmpty() ? "orphan:" + Nulls.namespace(revision) : uid);
        });
        this.claims = new OwnerClaims<>(context.resources(owner), revisions);
        this.hashLabel = hashLabel;
    }

    /** The owner's revisions, the oldest first; orphans that match are adopted. */
    public List<ControllerRevision> of(O owner, Predicate<Map<String, String>> selects) {
        List<ControllerRevision> candidates = new ArrayList<>(byOwner.get(Nulls.uid(owner)));
        candidates.addAll(byOwner.get("orphan:" + Nulls.namespace(owner)));
        List<ControllerRevision> owned =
                new ArrayList<>(claims.claim(owner, candidates, r -> selects.test(Nulls.labels(r))));
        owned.sort(ORDER);
        return owned;
    }

    /** What a revision keeps of a template, with sorted fields: clients compare it byte by byte. */
    public static Map<String, Object> dataOf(PodTemplateSpec template) {
        Map<String, Object> tree = new LinkedHashMap<>(ApiObject.treeOf(template));
        tree.put("$patch", "replace");
        return Map.of("spec", Map.of("template", sorted(tree)));
    }

    private static Object sorted(Object value) {
        if (value instanceof List<?> list)
            return list.stream().map(RevisionHistory::sorted).toList();
        if (!(value instanceof Map<?, ?> map)) return value;
        Map<String, Object> sorted = new TreeMap<>();
        map.forEach((key, inner) -> sorted.put(String.valueOf(key), sorted(inner)));
        return sorted;
    }

    /** The template that a revision stands for. */
    public static PodTemplateSpec templateOf(ControllerRevision revision) {
        Map<String, Object> data = ApiObject.treeOf(revision.getData());
        if (data.get("spec") instanceof Map<?, ?> spec && spec.get("template") instanceof Map<?, ?> template) {
            Map<String, Object> tree = new LinkedHashMap<>();
            template.forEach((key, value) -> tree.put(String.valueOf(key), value));
            tree.remove("$patch");
            return ApiObject.ofTree(tree).as(PodTemplateSpec.class);
        }
        throw new IllegalArgumentException("revision " + Nulls.name(revision) + " holds no template");
    }

    /** Whether a name clash shows that the hash of another template is the same. */
    public static final class CollisionException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CollisionException(String name) {
            super("revision name " + name + " is taken by another template", null, false, false);
        }
    }

    /**
     * The revision of the present template: made if there is none, and always the one with the highest number.
     *
     * @param collisions the owner's count of clashes
     * @param known all revisions of the owner
     */
    public ControllerRevision current(
            O owner,
            PodTemplateSpec template,
            Map<String, String> labels,
            Integer collisions,
            List<ControllerRevision> known) {
        Map<String, Object> data = dataOf(template);
        String wanted = StableHash.canonical(data);
        long highest = known.stream()
                .mapToLong(r -> Nulls.or(r.getRevision(), 0L))
                .max()
                .orElse(0);
        Optional<ControllerRevision> same = known.stream()
                .filter(r -> wanted.equals(StableHash.canonical(r.getData())))
                .max(ORDER);
        if (same.isEmpty()) {
            return create(owner, data, wanted, labels, collisions, highest + 1);
        }
        if (Nulls.or(same.get().getRevision(), 0L) == highest) {
            return same.get();
        }
        return revisions.update(same.get().toBuilder().withRevision(highest + 1).build());
    }

    private ControllerRevision create(
            O owner,
            Map<String, Object> data,
            String wanted,
            Map<String, String> labels,
            Integer collisions,
            long number) {
        String hash = StableHash.of(data, collisions);
        ControllerRevision revision = new ControllerRevisionBuilder()
                .withNewMetadata()
                .withName(Nulls.name(owner) + "-" + hash)
                .withNamespace(Nulls.namespace(owner))
                .withLabels(labels)
                .addToLabels(hashLabel, hash)
                .withAnnotations(Nulls.annotations(owner))
                .withOwnerReferences(Owners.referenceTo(owner))
                .endMetadata()
                .withData(data)
                .withRevision(number)
                .build();
        try {
            return revisions.create(revision);
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) {
                throw e;
            }
            ControllerRevision existing = revisions.get(ObjectKey.of(revision));
            if (Owners.isControlledBy(existing, owner) && wanted.equals(StableHash.canonical(existing.getData()))) {
                return existing;
            }
            throw new CollisionException(Nulls.name(revision));
        }
    }

    public String hashOf(ControllerRevision revision) {
        return Nulls.labels(revision).getOrDefault(hashLabel, "");
    }

    /** Deletes the oldest revisions that nobody uses, beyond the limit. */
    public void truncate(List<ControllerRevision> known, Set<String> usedNames, int limit) {
        List<ControllerRevision> unused = known.stream()
                .filter(r -> !usedNames.contains(Nulls.name(r)))
                .sorted(ORDER)
                .toList();
        for (ControllerRevision revision : unused.subList(0, Math.max(0, unused.size() - limit))) {
            revisions.deleteIfPresent(ObjectKey.of(revision), DeleteOptions.ofUid(Nulls.uid(revision)));
        }
    }
}
