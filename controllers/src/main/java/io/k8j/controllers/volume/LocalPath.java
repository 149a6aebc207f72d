package io.k8j.controllers.volume;

import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.api.model.storage.StorageClassBuilder;
import io.k8j.controllers.support.Nulls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The built-in provisioner: a directory on the node where the first Pod runs. */
final class LocalPath {
    static final String PROVISIONER = "k8j.io/local-path";
    static final String CLASS = "local-path";
    private static final String PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";

    private final Path root;

    LocalPath(Path root) {
        this.root = root;
    }

    static StorageClass storageClass() {
        return new StorageClassBuilder()
                .withNewMetadata()
                .withName(CLASS)
                .addToAnnotations("storageclass.kubernetes.io/is-default-class", "true")
                .endMetadata()
                .withProvisioner(PROVISIONER)
                .withReclaimPolicy("Delete")
                .withVolumeBindingMode("WaitForFirstConsumer")
                .build();
    }

    PersistentVolume make(PersistentVolumeClaim claim, StorageClass storageClass, String node) {
        String name = "pvc-" + Nulls.uid(claim);
        Path directory = root.resolve(name + "_" + Nulls.namespace(claim) + "_" + Nulls.name(claim));
        return new PersistentVolumeBuilder()
                .withNewMetadata()
                .withName(name)
                .addToAnnotations(PROVISIONED_BY, PROVISIONER)
                .endMetadata()
                .withNewSpec()
                .withCapacity(Map.of(
                        "storage",
                        Nulls.map(claim.getSpec().getResources().getRequests()).get("storage")))
                .withAccessModes(claim.getSpec().getAccessModes())
                .withVolumeMode(Nulls.or(claim.getSpec().getVolumeMode(), "Filesystem"))
                .withPersistentVolumeReclaimPolicy(Nulls.or(storageClass.getReclaimPolicy(), "Delete"))
                .withStorageClassName(Nulls.name(storageClass))
                .withNewHostPath(directory.toString(), "DirectoryOrCreate")
                .withClaimRef(new ObjectReferenceBuilder()
                        .withKind("PersistentVolumeClaim")
                        .withApiVersion("v1")
                        .withNamespace(Nulls.namespace(claim))
                        .withName(Nulls.name(claim))
                        .withUid(Nulls.uid(claim))
                        .build())
                .withNewNodeAffinity()
                .withNewRequired()
                .addNewNodeSelectorTerm()
                .withMatchExpressions(new NodeSelectorRequirement("kubernetes.io/hostname", "In", List.of(node)))
                .endNodeSelectorTerm()
                .endRequired()
                .endNodeAffinity()
                .endSpec()
                .build();
    }

    static boolean isOurs(PersistentVolume volume) {
        return PROVISIONER.equals(Nulls.annotations(volume).get(PROVISIONED_BY));
    }

    /** Deletes the volume's data if they are on this machine; only below our own directory. */
    void erase(PersistentVolume volume) {
        Path directory = Path.of(volume.getSpec().getHostPath().getPath()).normalize();
        if (!directory.startsWith(root) || directory.equals(root) || !Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("delete data of volume " + Nulls.name(volume), e);
        }
    }
}
