package io.k8j.model.resource;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * What discovery and the generic handlers must know of one resource in one version. Immutable.
 *
 * @param gvr the path's group, version and resource
 * @param gvk the kind of its objects
 * @param listKind the kind of its lists, such as {@code PodList}
 * @param singular such as {@code pod}
 * @param shortNames such as {@code po}; empty if none
 * @param categories such as {@code all}; empty if none
 * @param namespaced whether its objects live in namespaces
 * @param verbs in sorted order; virtual resources such as {@code tokenreviews} have {@code create} only
 * @param subresources sorted by name
 * @param fieldLabels labels a field selector may name
 * @param ownFieldLabels whether the kind has its own set of labels, which decides the words of the error for another
 *     one: {@code field label not supported: X} if so, else {@code "X" is not a known field selector: only …}
 * @param storageKind the kind its objects are stored as; differs from {@code gvk} where versions or groups share objects
 */
public record ResourceInfo(
        GroupVersionResource gvr,
        GroupVersionKind gvk,
        String listKind,
        String singular,
        List<String> shortNames,
        List<String> categories,
        boolean namespaced,
        List<String> verbs,
        List<Subresource> subresources,
        Set<String> fieldLabels,
        boolean ownFieldLabels,
        GroupVersionKind storageKind) {

    /** Kinds whose objects upstream still stores in their beta version, of which it makes the hash. */
    private static final Set<String> STORED_AS_BETA =
            Set.of("CustomResourceDefinition", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding");

    private static final Set<String> RETURN_DELETED = Set.of(
            "pods",
            "persistentvolumes",
            "persistentvolumeclaims",
            "podtemplates",
            "resourcequotas",
            "serviceaccounts",
            "services",
            "volumeattachments.storage.k8s.io",
            "storageclasses.storage.k8s.io",
            "csinodes.storage.k8s.io",
            "csidrivers.storage.k8s.io",
            "volumeattributesclasses.storage.k8s.io",
            "deviceclasses.resource.k8s.io",
            "resourceclaims.resource.k8s.io",
            "resourceclaimtemplates.resource.k8s.io",
            "resourceslices.resource.k8s.io");

    /**
     * A path under an object.
     *
     * @param name such as {@code status}
     * @param gvk the kind that is read and written there
     * @param verbs in sorted order
     */
    public record Subresource(String name, GroupVersionKind gvk, List<String> verbs) {}

    /** The subresource of that name, or null. */
    public Subresource subresource(String name) {
        for (Subresource subresource : subresources) if (subresource.name().equals(name)) return subresource;
        return null;
    }

    /** What discovery shows so that clients see when objects are stored in another version; null unless stored. */
    public String storageVersionHash() {
        if (!stored()) return null;
        String version = STORED_AS_BETA.contains(storageKind.kind()) ? "v1beta1" : storageKind.version();
        String text = storageKind.group() + "/" + version + "/" + storageKind.kind();
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(Arrays.copyOf(hash, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Whether a deletion answers with the object, not with a Status. */
    public boolean returnsDeleted() {
        return returnsDeleted(gvr.qualified());
    }

    /** The same of a built-in resource by its name, such as {@code storageclasses.storage.k8s.io}. */
    public static boolean returnsDeleted(String qualified) {
        return RETURN_DELETED.contains(qualified);
    }

    /** Whether main writes leave the status alone because it has a path of its own. */
    public boolean hasStatus() {
        return subresource("status") != null;
    }

    /** Whether its objects are kept; reviews and bindings are answered and forgotten. */
    public boolean stored() {
        return verbs.contains("watch");
    }
}
