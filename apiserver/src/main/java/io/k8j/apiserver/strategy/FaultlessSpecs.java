package io.k8j.apiserver.strategy;

import io.k8j.apiserver.cache.SharedSpec;
import io.k8j.apiserver.validation.Place;
import io.k8j.apiserver.validation.PodValidation;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Recurring;
import io.k8j.model.json.Trees;
import io.k8j.model.schema.Canonical;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import java.util.List;
import java.util.Map;

/**
 * Knows specs of new Pods that were found faultless a moment ago: those of a template are checked once, brought into
 * the form in which they are stored once, and encoded once. What is said of a spec depends on the Pod's annotations, too,
 * and on its name if volumes are named after the Pod; these are not kept. Safe for all threads.
 */
final class FaultlessSpecs {
    private static final int SIZE = 128;
    private static final Schema SCHEMA = Schemas.type("io.k8s.api.core.v1.PodSpec");

    /** A spec that has no faults, as it is stored. */
    private static final class Faultless extends SharedSpec {
        private final Map<String, Object> given;
        private final Map<String, Object> annotations;
        private final List<String> warnings;

        Faultless(Map<String, Object> given, Map<String, Object> annotations, List<String> warnings) {
            super(Canonical.of(SCHEMA, given));
            this.given = given;
            this.annotations = annotations;
            this.warnings = warnings;
        }
    }

    private final Recurring<Faultless> known = new Recurring<>(SIZE);

    /** Puts the known spec in the place of a new Pod's own, if that is the same. */
    void recognize(Map<String, Object> pod) {
        Map<String, Object> spec = Trees.map(pod, "spec");
        Map<String, Object> annotations = annotations(pod);
        Faultless same =
                known.find(hash(spec, annotations), f -> f.given.equals(spec) && f.annotations.equals(annotations));
        if (same != null) pod.put("spec", same);
    }

    /** Everything wrong with a new Pod. */
    List<FieldError> check(Map<String, Object> pod) {
        if (pod.get("spec") instanceof Faultless) return List.of();
        List<FieldError> errors = PodValidation.create(pod);
        if (errors.isEmpty()) remember(pod);
        return errors;
    }

    /** What is odd with a new Pod's spec, without what its name says. */
    List<String> warnings(Map<String, Object> pod) {
        if (pod.get("spec") instanceof Faultless spec) return spec.warnings;
        return PodWarnings.of(Place.of(pod).field("spec"), Place.of(pod).at("metadata"), true);
    }

    private void remember(Map<String, Object> pod) {
        Map<String, Object> spec = Trees.map(pod, "spec");
        for (Object volume : Trees.list(spec, "volumes")) {
            if (Trees.get(volume, "ephemeral") != null) return;
        }
        Map<String, Object> annotations = annotations(pod);
        int hash = hash(spec, annotations);
        if (!known.recurs(hash)) return;
        List<String> warnings = List.copyOf(warnings(pod));
        known.keep(hash, new Faultless(Trees.deepCopy(spec), Trees.deepCopy(annotations), warnings));
    }

    private static Map<String, Object> annotations(Map<String, Object> pod) {
        return Trees.map(pod, "metadata", "annotations");
    }

    private static int hash(Map<String, Object> spec, Map<String, Object> annotations) {
        return spec.hashCode() * 31 + annotations.hashCode();
    }
}
