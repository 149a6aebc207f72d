package io.k8j.controllers.pods;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.k8j.client.DeleteOptions;
import io.k8j.client.EventRecorder;
import io.k8j.client.ObjectKey;
import io.k8j.client.Resources;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import io.k8j.model.api.ApiException;
import java.util.List;

/** Creates and deletes Pods for an owner and tells so in Events on the owner. */
public final class PodControl {
    private final Resources<Pod> pods;
    private final EventRecorder events;

    public PodControl(Resources<Pod> pods, EventRecorder events) {
        this.pods = pods;
        this.events = events;
    }

    /** A Pod as the template says, named by the server after the owner, and controlled by the owner. */
    public static Pod fromTemplate(PodTemplateSpec template, HasMetadata owner) {
        return fromTemplate(template, owner, Owners.referenceTo(owner));
    }

    public static Pod fromTemplate(PodTemplateSpec template, HasMetadata owner, OwnerReference reference) {
        PodBuilder pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace(Nulls.namespace(owner))
                .withGenerateName(Nulls.name(owner) + "-")
                .withOwnerReferences(reference)
                .endMetadata()
                .withSpec(template.getSpec());
        if (template.getMetadata() != null) {
            pod.editMetadata()
                    .withLabels(template.getMetadata().getLabels())
                    .withAnnotations(template.getMetadata().getAnnotations())
                    .withFinalizers(Nulls.list(template.getMetadata().getFinalizers()))
                    .endMetadata();
        }
        return pod.build();
    }

    /** @throws ApiException if it is refused; then there is also a Warning, unless the namespace is going away */
    public Pod create(Pod pod, HasMetadata owner) {
        try {
            Pod created = pods.create(pod);
            events.normal(owner, "SuccessfulCreate", "Created pod: " + Nulls.name(created));
            return created;
        } catch (ApiException e) {
            if (!isNamespaceTerminating(e)) {
                events.warning(owner, "FailedCreate", "Error creating: " + e.getMessage());
            }
            throw e;
        }
    }

    /** A Pod that is gone already is fine. */
    public void delete(Pod pod, HasMetadata owner) {
        try {
            pods.delete(ObjectKey.of(pod), DeleteOptions.ofUid(Nulls.uid(pod)));
            events.normal(owner, "SuccessfulDelete", "Deleted pod: " + Nulls.name(pod));
        } catch (ApiException e) {
            if (e.isNotFound() || e.isConflict()) {
                return;
            }
            events.warning(owner, "FailedDelete", "Error deleting: " + e.getMessage());
            throw e;
        }
    }

    /** Whether a creation was refused because its namespace is being deleted: a repeat cannot help. */
    public static boolean isNamespaceTerminating(RuntimeException error) {
        return error instanceof ApiException e
                && e.isForbidden()
                && e.details() != null
                && e.details().get("causes") instanceof List<?> causes
                && causes.toString().contains("NamespaceTerminating");
    }
}
