package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
            gated(f, spec, old, munged);
        }
        if (!Differences.same(munged, old.map())) {
            f.forbidden(
                    spec,
                    "pod updates may not change fields other than " + updatable + "\n"
                            + Differences.show(old.value(), munged));
        }
    }

    private static void restore(Map<String, Object> munged, Place old, String field) {
        if (old.field(field).present()) {
            munged.put(field, old.field(field).value());
        } else {
            munged.remove(field);
        }
    }

    /** A Pod that waits at its gates may still learn where it may go. */
    private static void gated(Findings f, Place spec, Place old, Map<String, Object> munged) {
        Place now = spec.field("nodeSelector");
        Place before = old.field("nodeSelector");
        for (String key : Meta.sorted(before).keySet()) {
            if (now.field(key).absent()
                    || !Trees.deepEquals(
                            now.field(key).value(), before.field(key).value())) {
                f.invalid(
                        now, now.map(), "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
                break;
            }
        }
        restore(munged, old, "nodeSelector");
        Place nodeAffinity = old.at("affinity", "nodeAffinity");
        if (nodeAffinity.absent()
                || nodeAffinity
                        .field("requiredDuringSchedulingIgnoredDuringExecution")
                        .absent()) {
            Map<String, Object> affinity = new LinkedHashMap<>(Trees.map(munged, "affinity"));
            affinity.remove("nodeAffinity");
            if (nodeAffinity.present()) {
                affinity.put("nodeAffinity", nodeAffinity.value());
            }
            munged.put("affinity", affinity);
        }
    }

    static List<FieldError> ephemeralContainers(Place pod, Place old) {
        Findings f = new Findings();
        PodValidation.metadataAndSpec(f, pod);
        PodValidation.annotationUpdates(f, pod, old);
        if (old.at("metadata", "annotations").field(MIRROR).present()) {
            return List.of(FieldError.forbidden("", "static pods do not support ephemeral containers"));
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
                                + Differences.show(before.value(), now.value()));
            }
        }
        return f.list();
    }

    static List<FieldError> resize(Place pod, Place old) {
        Findings f = new Findings();
        PodValidation.metadataAndSpec(f, pod);
        if (old.at("metadata", "annotations").field(MIRROR).present()) {
            return List.of(FieldError.forbidden("", "static pods cannot be resized"));
        }
        if (old.at("spec", "os", "name").text().equals("windows")) {
            return List.of(FieldError.forbidden("", "windows pods cannot be resized"));
        }
        Place spec = pod.field("spec");
        Place oldSpec = old.field("spec");
        if (!QosClass.of(spec).equals(QosClass.of(oldSpec))) {
            f.invalid(
                    spec, pod.at("status", "qosClass").text(), "Pod QOS Class may not change as a result of resizing");
        }
        int before = f.size();
        for (String list : List.of("containers", "initContainers")) {
            sameOrder(f, spec.field(list), oldSpec.field(list), list);
        }
        if (f.size() > before) {
            return f.list();
        }
        Map<String, Object> munged = Trees.deepCopy(spec.map());
        for (String list : List.of("initContainers", "containers")) {
            resizeEach(f, spec.field(list), oldSpec.field(list), munged, list);
        }
        if (f.isEmpty() && !Differences.same(munged, oldSpec.map())) {
            f.forbidden(spec, "only cpu and memory resources are mutable");
        }
        return f.list();
    }

    private static void sameOrder(Findings f, Place now, Place before, String list) {
        if (now.size() != before.size()) {
            f.forbidden(now, list + " may not be added or removed on resize");
            return;
        }
        for (int i = 0; i < now.size(); i++) {
            if (!now.index(i).text("name").equals(before.index(i).text("name"))) {
                f.forbidden(now.index(i).field("name"), list + " may not be renamed or reordered on resize");
            }
        }
    }

    private static void resizeEach(Findings f, Place now, Place before, Map<String, Object> munged, String list) {
        for (int i = 0; i < now.size(); i++) {
            Place resources = now.index(i).field("resources");
            Place old = before.index(i).field("resources");
            boolean resizable = list.equals("containers")
                    || now.index(i).text("restartPolicy").equals("Always");
            for (String kind : List.of("requests", "limits")) {
                boolean removed = !resources
                        .field(kind)
                        .map()
                        .keySet()
                        .containsAll(old.field(kind).map().keySet());
                if (resizable && removed) {
                    f.forbidden(resources.field(kind), "resource " + kind + " cannot be removed");
                }
            }
            Map<String, Object> container =
                    Trees.asMap((Map<?, ?>) Trees.list(munged, list).get(i));
            if (!resizable) {
                if (!Differences.same(container, before.index(i).map())) {
                    f.forbidden(new Place(null, "spec"), "resources for non-sidecar init containers are immutable");
                }
                continue;
            }
            putBack(container, old);
            if (!Differences.same(container, before.index(i).map())) {
                if (list.equals("containers")) {
                    f.forbidden(new Place(null, "spec"), "only cpu and memory resources are mutable");
                } else {
                    f.forbidden(
                            now.index(i), "only cpu and memory resources for init or sidecar containers are mutable");
                }
            }
        }
    }

    /** Gives a container its old amounts of CPU and memory, so that only other changes remain. */
    private static void putBack(Map<String, Object> container, Place old) {
        Map<String, Object> resources = new LinkedHashMap<>(Trees.map(container, "resources"));
        resources.remove("claims");
        for (String kind : List.of("requests", "limits")) {
            Map<String, Object> amounts = new LinkedHashMap<>(Trees.map(resources, kind));
            for (String name : new ArrayList<>(List.of("cpu", "memory"))) {
                Place before = old.field(kind).field(name);
                if (before.present()) {
                    amounts.put(name, before.value());
                } else {
                    amounts.remove(name);
                }
            }
            resources.put(kind, amounts);
        }
        container.put("resources", resources);
    }
}
