package io.k8j.scheduler.plugins;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.k8j.client.Informer;
import io.k8j.client.InformerFactory;
import io.k8j.client.ObjectKey;
import io.k8j.scheduler.framework.PodInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Follows a Pod's volumes to claims, persistent volumes and storage classes. */
public record Claims(
        Informer<PersistentVolumeClaim> claims, Informer<PersistentVolume> volumes, Informer<StorageClass> classes) {
    public static final String NO_PROVISIONER = "kubernetes.io/no-provisioner";
    public static final String SELECTED_NODE = "volume.kubernetes.io/selected-node";
    private static final String BIND_COMPLETED = "pv.kubernetes.io/bind-completed";

    /** @param ephemeral whether the claim is made for the Pod from its own template */
    public record Use(String name, boolean ephemeral) {}

    static Claims of(InformerFactory informers) {
        return new Claims(
                informers.of(PersistentVolumeClaim.class),
                informers.of(PersistentVolume.class),
                informers.of(StorageClass.class));
    }

    /** The claims that the Pod's volumes name. */
    public static List<Use> usesOf(PodInfo pod) {
        List<Use> uses = List.of();
        List<Volume> all = pod.volumes();
        for (int i = 0; i < all.size(); i++) {
            Use use = useOf(pod, all.get(i));
            if (use != null) {
                uses = uses.isEmpty() ? new ArrayList<>() : uses;
                uses.add(use);
            }
        }
        return uses;
    }

    private static Use useOf(PodInfo pod, Volume volume) {
        if (volume.getPersistentVolumeClaim() != null) {
            return new Use(volume.getPersistentVolumeClaim().getClaimName(), false);
        }
        return volume.getEphemeral() == null ? null : new Use(pod.key().name() + "-" + volume.getName(), true);
    }

    /** Whether one of the Pod's volumes is that claim. */
    public static boolean uses(PodInfo pod, PersistentVolumeClaim claim) {
        if (!pod.namespace().equals(claim.getMetadata().getNamespace())) return false;
        for (Volume volume : pod.volumes()) {
            Use use = useOf(pod, volume);
            if (use != null && use.name.equals(claim.getMetadata().getName())) return true;
        }
        return false;
    }

    /** Null if there is none. */
    public PersistentVolumeClaim find(PodInfo pod, Use use) {
        return claims.get(new ObjectKey(pod.namespace(), use.name)).orElse(null);
    }

    public static boolean isOwnedBy(PersistentVolumeClaim claim, PodInfo pod) {
        for (OwnerReference owner : claim.getMetadata().getOwnerReferences()) {
            if (Boolean.TRUE.equals(owner.getController()) && pod.uid().equals(owner.getUid())) {
                return true;
            }
        }
        return false;
    }

    public static boolean isBound(PersistentVolumeClaim claim) {
        return !volumeName(claim).isEmpty() && annotations(claim).containsKey(BIND_COMPLETED);
    }

    public static String volumeName(PersistentVolumeClaim claim) {
        String name = claim.getSpec().getVolumeName();
        return name == null ? "" : name;
    }

    public static Map<String, String> annotations(PersistentVolumeClaim claim) {
        Map<String, String> annotations = claim.getMetadata().getAnnotations();
        return annotations == null ? Map.of() : annotations;
    }

    public static String className(PersistentVolumeClaim claim) {
        String old = annotations(claim).get("volume.beta.kubernetes.io/storage-class");
        String name = old != null ? old : claim.getSpec().getStorageClassName();
        return name == null ? "" : name;
    }

    /** Null if there is none. */
    public StorageClass classOf(PersistentVolumeClaim claim) {
        String name = className(claim);
        return name.isEmpty() ? null : classes.get(ObjectKey.of(name)).orElse(null);
    }

    /** Whether the claim waits for a Pod's node before it gets a volume. */
    public boolean waitsForConsumer(PersistentVolumeClaim claim) {
        StorageClass storageClass = classOf(claim);
        return storageClass != null && "WaitForFirstConsumer".equals(storageClass.getVolumeBindingMode());
    }

    /** Null if there is none. */
    public PersistentVolume volumeOf(PersistentVolumeClaim claim) {
        return volumes.get(ObjectKey.of(volumeName(claim))).orElse(null);
    }
}
