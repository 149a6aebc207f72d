package io.k8j.controllers.support;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;

/** Times as the API spells them: RFC 3339, whole seconds. */
public final class Times {
    private Times() {}

    public static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The beginning of time for an absent text. */
    public static Instant parse(String text) {
        if (text == null || text.isEmpty()) {
            return Instant.EPOCH;
        }
        return text.endsWith("Z")
                ? Instant.parse(text)
                : OffsetDateTime.parse(text).toInstant();
    }

    public static Instant created(HasMetadata object) {
        return parse(object.getMetadata().getCreationTimestamp());
    }
}
