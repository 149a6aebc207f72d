package io.k8j.controllers.replicas;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import java.util.Map;

/**
 * The differences between ReplicaSets and ReplicationControllers.
 *
 * @param <T> model class
 */
interface ReplicaKind<T extends HasMetadata> {
    Class<T> type();

    /** As owner references spell it. */
    String kind();

    /** Name in metrics and logs, and component of Events. */
    String component();

    boolean selects(T object, Map<String, String> labels);

    /** Whether the selector selects everything, in which case nothing may be done. */
    boolean selectsAll(T object);

    int replicas(T object);

    int minReadySeconds(T object);

    PodTemplateSpec template(T object);

    /** Whether the status counts Pods that are being deleted. */
    boolean countsTerminating();

    ReplicaStatus status(T object);

    T withStatus(T object, ReplicaStatus status);
}
