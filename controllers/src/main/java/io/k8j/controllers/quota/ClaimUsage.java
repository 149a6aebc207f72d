package io.k8j.controllers.quota;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ScopedResourceSelectorRequirement;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.quantity.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What claims use of quotas. */
final class ClaimUsage {
    private static final String SCOPE = "VolumeAttributesClass";
    private static final String SUFFIX = ".storageclass.storage.k8s.io/";

    private ClaimUsage() {}

    /** Whether all of the quota's scopes hold for the claim; only those by its VolumeAttributesClass can. */
    static boolean isInScope(ResourceQuota quota, PersistentVolumeClaim claim) {
        List<ScopedResourceSelectorRequirement> requirements = new ArrayList<>();
        Nulls.list(quota.getSpec().getScopes())
                .forEach(scope -> requirements.add(new ScopedResourceSelectorRequirement("Exists", scope, null)));
        if (quota.getSpec().getScopeSelector() != null) {
            requirements.addAll(Nulls.list(quota.getSpec().getScopeSelector().getMatchExpressions()));
        }
        Set<String> classes = classes(claim);
        return requirements.stream().allMatch(r -> SCOPE.equals(r.getScopeName()) && selects(r, classes));
    }

    /** The class that is wanted, the one that is there, and the one that is on its way. */
    private static Set<String> classes(PersistentVolumeClaim claim) {
        Set<String> classes = new TreeSet<>();
        classes.add(Nulls.or(claim.getSpec().getVolumeAttributesClassName(), ""));
        if (claim.getStatus() != null) {
            classes.add(Nulls.or(claim.getStatus().getCurrentVolumeAttributesClassName(), ""));
            if (claim.getStatus().getModifyVolumeStatus() != null) {
                classes.add(
                        Nulls.or(claim.getStatus().getModifyVolumeStatus().getTargetVolumeAttributesClassName(), ""));
            }
        }
        classes.remove("");
        return classes;
    }

    private static boolean selects(ScopedResourceSelectorRequirement requirement, Set<String> classes) {
        List<String> values = Nulls.list(requirement.getValues());
        return switch (Nulls.or(requirement.getOperator(), "Exists")) {
            case "In" -> classes.stream().anyMatch(values::contains);
            case "NotIn" -> classes.isEmpty() || classes.stream().anyMatch(name -> !values.contains(name));
            case "DoesNotExist" -> classes.isEmpty();
            default -> !classes.isEmpty();
        };
    }

    /** Usage under the names that a quota may have. */
    static Map<String, Quantity> of(PersistentVolumeClaim claim) {
        Map<String, Quantity> used = new TreeMap<>();
        used.put("persistentvolumeclaims", Quantity.of(1));
        used.put("count/persistentvolumeclaims", Quantity.of(1));
        String beta = Nulls.annotations(claim).get("volume.beta.kubernetes.io/storage-class");
        String storageClass = beta == null ? Nulls.or(claim.getSpec().getStorageClassName(), "") : beta;
        if (!storageClass.isEmpty()) {
            used.put(storageClass + SUFFIX + "persistentvolumeclaims", Quantity.of(1));
        }
        Quantity storage = storage(claim);
        if (storage != null) {
            used.put("requests.storage", storage);
            if (!storageClass.isEmpty()) {
                used.put(storageClass + SUFFIX + "requests.storage", storage);
            }
        }
        return used;
    }

    /** What is asked for, or what has been set aside for an expansion that was taken back. */
    private static Quantity storage(PersistentVolumeClaim claim) {
        if (claim.getSpec().getResources() == null) {
            return null;
        }
        var requested = Nulls.map(claim.getSpec().getResources().getRequests()).get("storage");
        var allocated = claim.getStatus() == null
                ? null
                : Nulls.map(claim.getStatus().getAllocatedResources()).get("storage");
        if (requested == null || allocated == null) {
            return requested == null ? null : Quantity.of(requested);
        }
        Quantity one = Quantity.of(requested);
        Quantity other = Quantity.of(allocated);
        return one.compareTo(other) >= 0 ? one : other;
    }
}
