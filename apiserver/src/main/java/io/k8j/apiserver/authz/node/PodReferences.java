package io.k8j.apiserver.authz.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.PodResourceClaimStatus;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The objects of its namespace that a Pod names, which its node's kubelet needs to run it. Immutable.
 *
 * @param node where the Pod runs
 * @param serviceAccount empty if it has none
 */
public record PodReferences(
        String node,
        String namespace,
        String serviceAccount,
        Set<String> secrets,
        Set<String> configMaps,
        Set<String> claims,
        Set<String> resourceClaims) {
    private static final String MIRROR = "kubernetes.io/config.mirror";

    /** Reads a Pod that is bound to a node. A mirror Pod, which a kubelet made itself, gives it nothing. */
    public static PodReferences of(Pod pod) {
        PodSpec spec = pod.getSpec();
        var annotations = pod.getMetadata().getAnnotations();
        if (annotations != null && annotations.containsKey(MIRROR)) {
            return new PodReferences(
                    spec.getNodeName(), pod.getMetadata().getNamespace(), "", Set.of(), Set.of(), Set.of(), Set.of());
        }
        return read(pod);
    }

    /** Reads all that a Pod names, whatever made it. */
    public static PodReferences read(Pod pod) {
        PodSpec spec = pod.getSpec();
        Reader reader = new Reader();
        reader.pod(pod);
        String account = spec.getServiceAccountName();
        return new PodReferences(
                spec.getNodeName(),
                pod.getMetadata().getNamespace(),
                account == null ? "" : account,
                Set.copyOf(reader.secrets),
                Set.copyOf(reader.configMaps),
                Set.copyOf(reader.claims),
                Set.copyOf(reader.resourceClaims));
    }

    private static final class Reader {
        private final Set<String> secrets = new HashSet<>();
        private final Set<String> configMaps = new HashSet<>();
        private final Set<String> claims = new HashSet<>();
        private final Set<String> resourceClaims = new HashSet<>();

        private static <T> List<T> orEmpty(List<T> list) {
            return list == null ? List.of() : list;
        }

        private static void add(Set<String> names, String name) {
            if (name != null && !name.isEmpty()) {
                names.add(name);
            }
        }

        /** Some references say {@code secretName}, others are an object with a name; each may be absent at any step. */
        private static <T> void addFrom(Set<String> names, T source, java.util.function.Function<T, String> name) {
            if (source != null) {
                add(names, name.apply(source));
            }
        }

        private void secret(LocalObjectReference reference) {
            addFrom(secrets, reference, LocalObjectReference::getName);
        }

        private void secret(Supplier<LocalObjectReference> reference) {
            secret(reference.get());
        }

        void pod(Pod pod) {
            PodSpec spec = pod.getSpec();
            orEmpty(spec.getImagePullSecrets()).forEach(reference -> secret(reference));
            orEmpty(spec.getInitContainers()).forEach(this::container);
            orEmpty(spec.getContainers()).forEach(this::container);
            for (EphemeralContainer container : orEmpty(spec.getEphemeralContainers())) {
                environment(container.getEnv(), container.getEnvFrom());
            }
            for (Volume volume : orEmpty(spec.getVolumes())) {
                volume(pod, volume);
            }
            for (PodResourceClaim claim : orEmpty(spec.getResourceClaims())) {
                resourceClaim(pod, claim);
            }
            if (pod.getStatus() != null && pod.getStatus().getExtendedResourceClaimStatus() != null) {
                add(
                        resourceClaims,
                        pod.getStatus().getExtendedResourceClaimStatus().getResourceClaimName());
            }
        }

        private void container(Container container) {
            environment(container.getEnv(), container.getEnvFrom());
        }

        private void environment(List<EnvVar> variables, List<EnvFromSource> sources) {
            for (EnvFromSource source : orEmpty(sources)) {
                addFrom(secrets, source.getSecretRef(), ref -> ref.getName());
                addFrom(configMaps, source.getConfigMapRef(), ref -> ref.getName());
            }
            for (EnvVar variable : orEmpty(variables)) {
                if (variable.getValueFrom() != null) {
                    addFrom(secrets, variable.getValueFrom().getSecretKeyRef(), ref -> ref.getName());
                    addFrom(configMaps, variable.getValueFrom().getConfigMapKeyRef(), ref -> ref.getName());
                }
            }
        }

        private void volume(Pod pod, Volume volume) {
            addFrom(secrets, volume.getSecret(), source -> source.getSecretName());
            addFrom(configMaps, volume.getConfigMap(), source -> source.getName());
            addFrom(claims, volume.getPersistentVolumeClaim(), source -> source.getClaimName());
            if (volume.getEphemeral() != null) {
                add(claims, pod.getMetadata().getName() + "-" + volume.getName());
            }
            addFrom(secrets, volume.getAzureFile(), source -> source.getSecretName());
            if (volume.getCephfs() != null) secret(volume.getCephfs()::getSecretRef);
            if (volume.getCinder() != null) secret(volume.getCinder()::getSecretRef);
            if (volume.getFlexVolume() != null) secret(volume.getFlexVolume()::getSecretRef);
            if (volume.getRbd() != null) secret(volume.getRbd()::getSecretRef);
            if (volume.getScaleIO() != null) secret(volume.getScaleIO()::getSecretRef);
            if (volume.getIscsi() != null) secret(volume.getIscsi()::getSecretRef);
            if (volume.getStorageos() != null) secret(volume.getStorageos()::getSecretRef);
            if (volume.getCsi() != null) secret(volume.getCsi()::getNodePublishSecretRef);
            if (volume.getProjected() != null) {
                for (VolumeProjection source : orEmpty(volume.getProjected().getSources())) {
                    addFrom(secrets, source.getSecret(), secret -> secret.getName());
                    addFrom(configMaps, source.getConfigMap(), map -> map.getName());
                }
            }
        }

        /** A claim is named by the Pod, or by its status when it was made from a template. */
        private void resourceClaim(Pod pod, PodResourceClaim claim) {
            add(resourceClaims, claim.getResourceClaimName());
            if (claim.getResourceClaimTemplateName() == null || pod.getStatus() == null) {
                return;
            }
            for (PodResourceClaimStatus made : orEmpty(pod.getStatus().getResourceClaimStatuses())) {
                if (claim.getName().equals(made.getName())) {
                    add(resourceClaims, made.getResourceClaimName());
                }
            }
        }
    }
}
