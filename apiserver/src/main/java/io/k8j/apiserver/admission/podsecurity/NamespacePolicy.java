package io.k8j.apiserver.admission.podsecurity;

import io.k8j.model.api.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a namespace asks of its Pods.
 *
 * @param enforce what refuses Pods
 * @param audit what is noted in the audit log
 * @param warn what the client is warned of
 */
public record NamespacePolicy(LevelVersion enforce, LevelVersion audit, LevelVersion warn) {
    static final String PREFIX = "pod-security.kubernetes.io/";

    private static final LevelVersion ANYTHING = new LevelVersion(Level.PRIVILEGED, LevelVersion.LATEST);

    /** Where nobody says anything, anything goes. */
    static final NamespacePolicy OPEN = new NamespacePolicy(ANYTHING, ANYTHING, ANYTHING);

    /** A policy, and what is wrong with the labels it was read from. */
    record Parsed(NamespacePolicy policy, List<FieldError> errors) {}

    /**
     * Reads labels. There is always a policy: what cannot be read is enforced at its strictest, but neither noted nor
     * warned of.
     */
    static Parsed of(Map<String, ?> labels, NamespacePolicy defaults) {
        if (labels.keySet().stream().noneMatch(key -> key.startsWith(PREFIX))) {
            return new Parsed(defaults, List.of());
        }
        List<FieldError> errors = new ArrayList<>();
        LevelVersion enforce = mode(labels, "enforce", defaults.enforce, Level.RESTRICTED, errors);
        LevelVersion audit = mode(labels, "audit", defaults.audit, Level.PRIVILEGED, errors);
        LevelVersion warn = mode(labels, "warn", defaults.warn, Level.PRIVILEGED, errors);
        boolean follows = !labels.containsKey(PREFIX + "warn")
                && labels.get(PREFIX + "enforce") instanceof String word
                && Level.of(word) != null
                && enforce.level().compareTo(warn.level()) > 0;
        if (follows) {
            // Whoever enforces more than is warned of by default wants to be told of templates that will not pass.
            int version = labels.containsKey(PREFIX + "warn-version") ? warn.minor() : enforce.minor();
            warn = new LevelVersion(enforce.level(), version);
        }
        return new Parsed(new NamespacePolicy(enforce, audit, warn), errors);
    }

    private static LevelVersion mode(
            Map<String, ?> labels, String mode, LevelVersion fallback, Level unreadable, List<FieldError> errors) {
        Level level = fallback.level();
        int version = fallback.minor();
        if (labels.get(PREFIX + mode) instanceof String word) {
            level = Level.of(word);
            if (level == null) {
                level = unreadable;
                errors.add(error(mode, word, "must be one of " + Level.WORDS));
            }
        }
        if (labels.get(PREFIX + mode + "-version") instanceof String word) {
            version = LevelVersion.version(word);
            if (version < 0) {
                version = LevelVersion.LATEST;
                errors.add(error(mode + "-version", word, "must be \"latest\" or \"v1.x\""));
            }
        }
        return new LevelVersion(level, version);
    }

    private static FieldError error(String label, String value, String why) {
        return FieldError.invalid("metadata.labels[" + PREFIX + label + "]", value, why);
    }

    boolean isOpen() {
        return enforce.isPrivileged() && audit.isPrivileged() && warn.isPrivileged();
    }

    boolean isEquivalent(NamespacePolicy other) {
        return enforce.isEquivalent(other.enforce) && audit.isEquivalent(other.audit) && warn.isEquivalent(other.warn);
    }
}
