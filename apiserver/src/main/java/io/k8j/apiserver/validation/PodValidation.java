package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import java.util.List;
import java.util.Map;

/** Checks Pods on create and on each kind of update. */
public final class PodValidation {
    private static final String UPDATABLE = String.join(
            ",",
            "`spec.containers[*].image`",
            "`spec.initContainers[*].image`",
            "`spec.activeDeadlineSeconds`",
            "`spec.tolerations` (only additions to existing tolerations)",
            "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)");

    private PodValidation() {}

    /** Everything wrong with a new Pod. */
    public static List<FieldError> create(Map<String, Object> pod) {
        Findings f = new Findings();
        Place p = Place.of(pod);
        metadataAndSpec(f, p);
        Place spec = p.field("spec");
        if (!spec.field("ephemeralContainers").isEmpty()) {
            f.forbidden(spec.field("ephemeralContainers"), "cannot be set on create");
        }
        if (!spec.text("nodeName").isEmpty() && !spec.field("schedulingGates").isEmpty()) {
            f.forbidden(spec.field("nodeName"), "cannot be set until all schedulingGates have been cleared");
        }
        PodAnnotationValidation.sameProfiles(f, p.at("metadata", "annotations"), spec);
        return f.list();
    }

    /** Everything wrong with an update of a Pod's metadata and spec. */
    public static List<FieldError> update(Map<String, Object> pod, Map<String, Object> old) {
        Findings f = new Findings();
        Place p = Place.of(pod);
        Place o = Place.of(old);
        metadataAndSpec(f, p);
        PodAnnotationValidation.updates(f, p, o);
        Place spec = p.field("spec");
        Place oldSpec = o.field("spec");
        for (String list : List.of("containers", "initContainers")) {
            if (!containerUpdates(f, spec.field(list), oldSpec.field(list))) {
                return f.list();
            }
        }
        if (!deadline(f, spec.field("activeDeadlineSeconds"), oldSpec.field("activeDeadlineSeconds"))) {
            return f.list();
        }
        addedTolerations(f, spec.field("tolerations"), oldSpec.field("tolerations"));
        deletedGates(f, spec.field("schedulingGates"), oldSpec.field("schedulingGates"));
        PodUpdates.onlyAllowedChanges(f, spec, oldSpec, UPDATABLE);
        return f.list();
    }

    static void metadataAndSpec(Findings f, Place p) {
        Place spec = p.field("spec");
        PodAnnotationValidation.check(f, p.at("metadata", "annotations"), spec);
        PodSpecValidation.check(f, spec, p.at("metadata", "name").text(), true);
        if (spec.text("serviceAccountName").isEmpty()) {
            for (Place volume : spec.field("volumes").items()) {
                for (Place source : volume.at("projected", "sources").items()) {
                    if (source.field("serviceAccountToken").present()) {
                        f.forbidden(
                                source.field("serviceAccountToken"),
                                "must not be specified when serviceAccountName is not set");
                    }
                }
            }
        }
        spec.field("containers").items().forEach(c -> ContainerValidation.imageWithoutSpaces(f, c));
        spec.field("initContainers").items().forEach(c -> ContainerValidation.imageWithoutSpaces(f, c));
    }

    private static boolean containerUpdates(Findings f, Place now, Place before) {
        if (now.size() != before.size()) {
            f.forbidden(now, "pod updates may not add or remove containers");
            return false;
        }
        for (Place c : now.items()) {
            if (c.text("image").isEmpty()) {
                f.required(c.field("image"));
            }
            ContainerValidation.imageWithoutSpaces(f, c);
        }
        return true;
    }

    private static boolean deadline(Findings f, Place now, Place before) {
        if (now.present()) {
            long seconds = now.number(0);
            if (seconds < 0 || seconds > Integer.MAX_VALUE) {
                f.invalid(now, "must be between 0 and " + Integer.MAX_VALUE + ", inclusive");
                return false;
            }
            if (before.present() && before.number(0) < seconds) {
                f.invalid(now, "must be less than or equal to previous value");
                return false;
            }
        } else if (before.present()) {
            f.invalid(now, "must not update from a positive integer to nil value");
        }
        return true;
    }

    private static void addedTolerations(Findings f, Place now, Place before) {
        for (Place old : before.items()) {
            boolean found = now.items().stream().anyMatch(t -> sameButSeconds(t, old));
            if (!found) {
                f.forbidden(now, "existing toleration can not be modified except its tolerationSeconds");
                return;
            }
        }
        TaintValidation.tolerations(f, now);
    }

    private static boolean sameButSeconds(Place a, Place b) {
        return List.of("key", "operator", "value", "effect").stream()
                .allMatch(k -> a.text(k).equals(b.text(k)));
    }

    private static void deletedGates(Findings f, Place now, Place before) {
        List<String> known = before.items().stream().map(g -> g.text("name")).toList();
        for (Place gate : now.items()) {
            if (!known.contains(gate.text("name"))) {
                f.forbidden(
                        gate.field("name"),
                        "only deletion is allowed, but found new scheduling gate '" + gate.text("name") + "'");
            }
        }
    }

    /** Everything wrong with an update of the ephemeral containers. */
    public static List<FieldError> ephemeralContainersUpdate(Map<String, Object> pod, Map<String, Object> old) {
        return PodUpdates.ephemeralContainers(Place.of(pod), Place.of(old));
    }

    /** Everything wrong with an update through {@code resize}. */
    public static List<FieldError> resize(Map<String, Object> pod, Map<String, Object> old) {
        return PodResize.check(Place.of(pod), Place.of(old));
    }

    /** Everything wrong with an update of a Pod's status. */
    public static List<FieldError> statusUpdate(Map<String, Object> pod, Map<String, Object> old) {
        return PodStatusValidation.check(Place.of(pod), Place.of(old));
    }

    /** Everything wrong with a binding of a Pod to a node. */
    public static List<FieldError> binding(Map<String, Object> binding) {
        Findings f = new Findings();
        Place target = Place.of(binding).field("target");
        if (!target.text("kind").isEmpty() && !target.text("kind").equals("Node")) {
            f.notSupported(target.field("kind"), target.text("kind"), List.of("Node", "<empty>"));
        }
        if (target.text("name").isEmpty()) {
            f.required(target.field("name"));
        }
        return f.list();
    }
}
