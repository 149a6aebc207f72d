package io.k8j.controllers.support;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.Optional;

/** Owner references of controllers. */
public final class Owners {
    private Owners() {}

    /** The reference to the one controller that manages the object. */
    public static Optional<OwnerReference> controllerOf(HasMetadata object) {
        for (OwnerReference reference : Nulls.list(object.getMetadata().getOwnerReferences())) {
            if (Nulls.isTrue(reference.getController())) {
                return Optional.of(reference);
            }
        }
        return Optional.empty();
    }

    public static String controllerUid(HasMetadata object) {
        return controllerOf(object).map(OwnerReference::getUid).orElse("");
    }

    public static boolean isControlledBy(HasMetadata object, HasMetadata owner) {
        return controllerUid(object).equals(Nulls.uid(owner));
    }

    /** A reference that makes {@code owner} the managing controller. */
    public static OwnerReference referenceTo(HasMetadata owner) {
        return new OwnerReferenceBuilder()
                .withApiVersion(owner.getApiVersion())
                .withKind(owner.getKind())
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }
}
