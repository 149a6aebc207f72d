package io.k8j.kubelet.volumes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import java.util.List;
import java.util.Optional;

/** Objects of the API that containers and volumes of a Pod refer to. Calls may block until an object was first read. */
public interface ObjectSource {
    /** A ConfigMap of the Pod's namespace, from a copy that is kept up to date while the Pod lives. */
    Optional<ConfigMap> configMap(Pod pod, String name);

    /** A Secret of the Pod's namespace, from a copy that is kept up to date while the Pod lives. */
    Optional<Secret> secret(Pod pod, String name);

    /** A token of the Pod's service account, as fresh as rotation wants it. */
    String token(Pod pod, ServiceAccountTokenProjection wanted);

    /** A claim of the Pod's namespace. */
    Optional<PersistentVolumeClaim> claim(Pod pod, String name);

    /** A volume. */
    Optional<PersistentVolume> volume(String name);

    /** The Services that a Pod of this namespace gets environment variables for. */
    List<Service> services(String namespace);
}
