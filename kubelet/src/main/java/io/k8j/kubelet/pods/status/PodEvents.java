package io.k8j.kubelet.pods.status;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.EventRecorder;
import io.k8j.kubelet.pods.spec.ContainerRef;

/** Tells users what happens to their Pods. Never blocks. */
@FunctionalInterface
public interface PodEvents {
    /** Records that something happened; {@code warning} if it is not as it should be. */
    void record(ObjectReference about, boolean warning, String reason, String message);

    /** Writes Events through the API. */
    static PodEvents to(EventRecorder recorder) {
        return (about, warning, reason, message) ->
                recorder.event(about, warning ? "Warning" : "Normal", reason, message);
    }

    /** Something normal about a Pod. */
    default void normal(Pod pod, String reason, String message) {
        record(EventRecorder.referenceTo(pod), false, reason, message);
    }

    /** Something unwanted about a Pod. */
    default void warning(Pod pod, String reason, String message) {
        record(EventRecorder.referenceTo(pod), true, reason, message);
    }

    /** Something normal about a container. */
    default void normal(Pod pod, ContainerRef container, String reason, String message) {
        record(reference(pod, container), false, reason, message);
    }

    /** Something unwanted about a container. */
    default void warning(Pod pod, ContainerRef container, String reason, String message) {
        record(reference(pod, container), true, reason, message);
    }

    private static ObjectReference reference(Pod pod, ContainerRef container) {
        ObjectReference reference = EventRecorder.referenceTo(pod);
        reference.setFieldPath(container.fieldPath());
        return reference;
    }
}
