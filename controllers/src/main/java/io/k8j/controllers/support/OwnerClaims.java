package io.k8j.controllers.support;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.client.Resources;
import io.k8j.model.api.ApiException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Decides which objects belong to an owner and writes that down: orphans that match are adopted, own ones that no longer
 * match are released.
 *
 * @param <O> owner
 * @param <T> owned
 */
public final class OwnerClaims<O extends HasMetadata, T extends HasMetadata> {
    /** What to do with one candidate. */
    public enum Claim {
        KEEP,
        ADOPT,
        RELEASE,
        IGNORE
    }

    private final Resources<O> owners;
    private final Resources<T> owned;

    public OwnerClaims(Resources<O> owners, Resources<T> owned) {
        this.owners = owners;
        this.owned = owned;
    }

    public static Claim decide(HasMetadata owner, HasMetadata candidate, boolean matches) {
        String controller = Owners.controllerUid(candidate);
        if (!controller.isEmpty()) {
            if (!controller.equals(Nulls.uid(owner))) {
                return Claim.IGNORE;
            }
            return matches || Nulls.isDeleting(owner) ? Claim.KEEP : Claim.RELEASE;
        }
        return matches && !Nulls.isDeleting(owner) && !Nulls.isDeleting(candidate) ? Claim.ADOPT : Claim.IGNORE;
    }

    /**
     * Claims the candidates.
     *
     * @return those that belong to the owner now
     * @throws ApiException if one could not be adopted or released
     */
    public List<T> claim(O owner, List<T> candidates, Predicate<T> matches) {
        List<T> claimed = new ArrayList<>(candidates.size());
        boolean alive = false;
        for (T candidate : candidates) {
            switch (decide(owner, candidate, matches.test(candidate))) {
                case KEEP -> claimed.add(candidate);
                case ADOPT -> {
                    if (!alive) {
                        checkAlive(owner);
                        alive = true;
                    }
                    adopt(owner, candidate).ifPresent(claimed::add);
                }
                case RELEASE -> release(owner, candidate);
                case IGNORE -> {}
            }
        }
        return claimed;
    }

    /** The copy may be behind; nobody may adopt for an owner that is being deleted, or the children would outlive it. */
    private void checkAlive(O owner) {
        O now = owners.get(ObjectKey.of(owner));
        if (!Nulls.uid(now).equals(Nulls.uid(owner))) {
            throw ApiException.conflict(
                    owners.resource(), Nulls.name(owner), "the object was replaced by another one of its name");
        }
        if (Nulls.isDeleting(now)) {
            throw ApiException.conflict(
                    owners.resource(),
                    Nulls.name(owner),
                    Nulls.namespace(owner) + "/" + Nulls.name(owner) + " has just been deleted at "
                            + now.getMetadata().getDeletionTimestamp());
        }
    }

    private Optional<T> adopt(O owner, T candidate) {
        Map<String, Object> reference = new LinkedHashMap<>();
        reference.put("apiVersion", owner.getApiVersion());
        reference.put("kind", owner.getKind());
        reference.put("name", Nulls.name(owner));
        reference.put("uid", Nulls.uid(owner));
        reference.put("controller", true);
        reference.put("blockOwnerDeletion", true);
        return patchReferences(candidate, reference);
    }

    private void release(O owner, T candidate) {
        Map<String, Object> reference = new LinkedHashMap<>();
        reference.put("$patch", "delete");
        reference.put("uid", Nulls.uid(owner));
        try {
            patchReferences(candidate, reference);
        } catch (ApiException e) {
            if (!e.isInvalid()) { // it had no such reference any more
                throw e;
            }
        }
    }

    private Optional<T> patchReferences(T candidate, Map<String, Object> reference) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("uid", Nulls.uid(candidate));
        metadata.put("ownerReferences", List.of(reference));
        try {
            return Optional.of(
                    owned.patch(ObjectKey.of(candidate), PatchType.STRATEGIC, Map.of("metadata", metadata), ""));
        } catch (ApiException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
