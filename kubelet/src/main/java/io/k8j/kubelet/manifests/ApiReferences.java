package io.k8j.kubelet.manifests;

import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds what a Pod needs of the API, which may not be there when a static Pod starts. Pure. */
final class ApiReferences {
    private ApiReferences() {}

    /** The first resource that the Pod refers to, in upstream's words. */
    static Optional<String> first(Pod pod) {
        PodSpec spec = pod.getSpec();
        if (spec.getServiceAccountName() != null
                && !spec.getServiceAccountName().isEmpty()) {
            return Optional.of("serviceaccounts");
        }
        if (refersToSecrets(spec)) return Optional.of("secrets");
        if (refersToConfigMaps(spec)) return Optional.of("configmaps");
        if (!orEmpty(spec.getResourceClaims()).isEmpty()) return Optional.of("resourceclaims");
        return orEmpty(spec.getVolumes()).stream()
                .map(ApiReferences::of)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static boolean refersToSecrets(PodSpec spec) {
        return orEmpty(spec.getImagePullSecrets()).stream()
                        .anyMatch(reference -> reference.getName() != null
                                && !reference.getName().isEmpty())
                || variables(spec)
                        .anyMatch(variable -> variable.getValueFrom() != null
                                && variable.getValueFrom().getSecretKeyRef() != null)
                || sources(spec).anyMatch(source -> source.getSecretRef() != null)
                || orEmpty(spec.getVolumes()).stream().anyMatch(ApiReferences::hasSecret);
    }

    private static boolean refersToConfigMaps(PodSpec spec) {
        return variables(spec)
                        .anyMatch(variable -> variable.getValueFrom() != null
                                && variable.getValueFrom().getConfigMapKeyRef() != null)
                || sources(spec).anyMatch(source -> source.getConfigMapRef() != null)
                || orEmpty(spec.getVolumes()).stream()
                        .anyMatch(volume -> volume.getConfigMap() != null
                                || projections(volume).anyMatch(source -> source.getConfigMap() != null));
    }

    private static boolean hasSecret(Volume volume) {
        return volume.getSecret() != null
                || volume.getAzureFile() != null
                || (volume.getCephfs() != null && volume.getCephfs().getSecretRef() != null)
                || (volume.getCinder() != null && volume.getCinder().getSecretRef() != null)
                || (volume.getCsi() != null && volume.getCsi().getNodePublishSecretRef() != null)
                || (volume.getFlexVolume() != null && volume.getFlexVolume().getSecretRef() != null)
                || (volume.getIscsi() != null && volume.getIscsi().getSecretRef() != null)
                || (volume.getRbd() != null && volume.getRbd().getSecretRef() != null)
                || (volume.getScaleIO() != null && volume.getScaleIO().getSecretRef() != null)
                || (volume.getStorageos() != null && volume.getStorageos().getSecretRef() != null)
                || projections(volume).anyMatch(source -> source.getSecret() != null);
    }

    private static Optional<String> of(Volume volume) {
        if (volume.getCsi() != null) return Optional.of("csidrivers (via CSI volumes)");
        if (volume.getGlusterfs() != null) return Optional.of("endpoints (via glusterFS volumes)");
        if (volume.getPersistentVolumeClaim() != null) return Optional.of("persistentvolumeclaims");
        if (volume.getEphemeral() != null) return Optional.of("persistentvolumeclaims (via ephemeral volumes)");
        return projections(volume)
                .map(ApiReferences::of)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> of(VolumeProjection source) {
        if (source.getServiceAccountToken() != null) return Optional.of("serviceaccounts (via projected volumes)");
        if (source.getClusterTrustBundle() != null) return Optional.of("clustertrustbundles");
        if (source.getPodCertificate() != null) return Optional.of("podcertificates");
        return Optional.empty();
    }

    private static Stream<VolumeProjection> projections(Volume volume) {
        return volume.getProjected() == null
                ? Stream.empty()
                : orEmpty(volume.getProjected().getSources()).stream();
    }

    private static Stream<EnvVar> variables(PodSpec spec) {
        return Stream.of(
                        orEmpty(spec.getInitContainers()).stream().flatMap(one -> orEmpty(one.getEnv()).stream()),
                        orEmpty(spec.getContainers()).stream().flatMap(one -> orEmpty(one.getEnv()).stream()),
                        orEmpty(spec.getEphemeralContainers()).stream().flatMap(one -> orEmpty(one.getEnv()).stream()))
                .flatMap(all -> all);
    }

    private static Stream<EnvFromSource> sources(PodSpec spec) {
        return Stream.of(
                        orEmpty(spec.getInitContainers()).stream().flatMap(one -> orEmpty(one.getEnvFrom()).stream()),
                        orEmpty(spec.getContainers()).stream().flatMap(one -> orEmpty(one.getEnvFrom()).stream()),
                        orEmpty(spec.getEphemeralContainers()).stream()
                                .flatMap(one -> orEmpty(one.getEnvFrom()).stream()))
                .flatMap(all -> all);
    }

    private static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : list;
    }
}
