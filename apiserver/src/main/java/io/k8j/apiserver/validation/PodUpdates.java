package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;

/** Says which changes of a running Pod are allowed. */
final class PodUpdates {
    private static final String MIRROR = "kubernetes.io/config.mirror";

    private PodUpdates() {}

    /** Compares specs after what may change was put back to what it was. */
    static void onlyAllowedChanges(Findings f, Place spec, Place old, String updatable) {
        Map<String, Object> munged = Trees.deepCopy(spec.map());
        for (String list : List.of("containers", "initContainers")) {
            List<Place> before = old.field(list).items();
            List<Object> now = Trees.list(munged, list);
            for (int i = 0; i < now.size() && i < before.size(); i++) {
                if (now.get(i) instanceof Map<?, ?> container) {
                    Trees.asMap(container)
                            .put("image", before.get(i).field("image").value());
                }
            }
        }
        for (String field : List.of("activeDeadlineSeconds", "schedulingGates", "tolerations")) {
            restore(munged, old, field);
        }
        Place grace = old.field("terminationGracePeriodSeconds");
        if (grace.number(0) < 0 && spec.number("terminationGracePeriodSeconds") == 1) {
            restore(munged, old, "terminationGracePeriodSeconds");
        }
        if (!old.field("schedulingGates").isEmpty()) {
            GatedPodUpdates.check(f, spec, old, munged);
        }
        if (!Differences.same(munged, old.map())) {
            f.forbidden(
                    spec,
                    "pod updates may not change fields other than " + updatable + "\n"
                            + Differences.show("PodSpec", old.value(), munged));
        }
    }

    static void restore(Map<String, Object> munged, Place old, String field) {
        if (old.field(field).present()) {
            munged.put(field, old.field(field).value());
        } else {
            munged.remove(field);
        }
    }

    static List<FieldError> ephemeralContainers(Place pod, Place old) {
        Findings f = new Findings();
        PodValidation.metadataAndSpec(f, pod);
        PodAnnotationValidation.updates(f, pod, old);
        if (old.at("metadata", "annotations").field(MIRROR).present()) {
            return List.of(FieldError.forbidden("[]", "static pods do not support ephemeral containers"));
        }
        Place list = pod.at("spec", "ephemeralContainers");
        for (Place before : old.at("spec", "ephemeralContainers").items()) {
            String quoted = io.k8j.model.api.GoQuote.quote(before.text("name"));
            Place now = list.items().stream()
                    .filter(c -> c.text("name").equals(before.text("name")))
                    .findFirst()
                    .orElse(null);
            if (now == null) {
                f.forbidden(list, "existing ephemeral containers " + quoted + " may not be removed\n");
            } else if (!Differences.same(now.value(), before.value())) {
                f.forbidden(
                        list,
                        "existing ephemeral containers " + quoted + " may not be changed\n"
                                + Differences.show("EphemeralContainer", before.value(), now.value()));
            }
        }
        return f.list();
    }
}
