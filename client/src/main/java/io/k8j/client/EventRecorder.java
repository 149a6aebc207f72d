package io.k8j.client;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;

/** Tells users what a component does, as Events. Never blocks; when too many wait, new ones are dropped and counted. */
public final class EventRecorder {
    private final EventBroadcaster broadcaster;
    private final String component;
    private final String host;

    EventRecorder(EventBroadcaster broadcaster, String component, String host) {
        this.broadcaster = broadcaster;
        this.component = component;
        this.host = host;
    }

    public void normal(HasMetadata about, String reason, String message) {
        event(referenceTo(about), "Normal", reason, message);
    }

    public void warning(HasMetadata about, String reason, String message) {
        event(referenceTo(about), "Warning", reason, message);
    }

    /** @param type {@code Normal} or {@code Warning} */
    public void event(ObjectReference about, String type, String reason, String message) {
        broadcaster.record(new EventBroadcaster.Occurrence(component, host, about, type, reason, message));
    }

    public static ObjectReference referenceTo(HasMetadata object) {
        return new ObjectReferenceBuilder()
                .withKind(object.getKind())
                .withApiVersion(object.getApiVersion())
                .withNamespace(object.getMetadata().getNamespace())
                .withName(object.getMetadata().getName())
                .withUid(object.getMetadata().getUid())
                .withResourceVersion(object.getMetadata().getResourceVersion())
                .build();
    }
}
