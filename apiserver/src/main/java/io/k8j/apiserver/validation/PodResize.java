package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says which changes of the amounts of a running Pod are allowed. */
final class PodResize {
    private static final String MIRROR = "kubernetes.io/config.mirror";

    private PodResize() {}

    static List<FieldError> check(Place pod, Place old) {
        Findings f = new Findings();
        PodValidation.metadataAndSpec(f, pod);
        if (old.at("metadata", "annotations").field(MIRROR).present()) {
            return List.of(FieldError.forbidden("[]", "static pods cannot be resized"));
        }
        if (old.at("spec", "os", "name").text().equals("windows")) {
            return List.of(FieldError.forbidden("[]", "windows pods cannot be resized"));
        }
        Place spec = pod.field("spec");
        Place oldSpec = old.field("spec");
        if (!QosClass.of(spec).equals(QosClass.of(oldSpec))) {
            f.invalid(
                    spec, pod.at("status", "qosClass").text(), "Pod QOS Class may not change as a result of resizing");
        }
        if (!nodeCanResize(old)) {
            f.forbidden(spec, "Pod running on node without support for resize");
        }
        Map<String, Object> munged = Trees.deepCopy(spec.map());
        resizeWhole(f, spec, oldSpec, munged);
        int before = f.size();
        for (String list : List.of("containers", "initContainers")) {
            sameOrder(f, spec.field(list), oldSpec.field(list), list);
        }
        if (f.size() > before) {
            return f.list();
        }
        nothingRemoved(f, spec, oldSpec);
        for (String list : List.of("containers", "initContainers")) {
            resizeEach(f, spec.field(list), oldSpec.field(list), munged, list);
        }
        if (f.isEmpty() && !Differences.same(munged, oldSpec.map())) {
            f.forbidden(spec, "only cpu and memory resources are mutable");
        }
        return f.list();
    }

    /** Nodes that can resize say what their running containers have. */
    private static boolean nodeCanResize(Place pod) {
        for (Place c : pod.at("status", "containerStatuses").items()) {
            if (c.at("state", "running").present()) {
                return c.field("resources").present();
            }
        }
        return true;
    }

    /** What the Pod asks for as a whole may change, too, but not go away. */
    private static void resizeWhole(Findings f, Place spec, Place old, Map<String, Object> munged) {
        Place now = spec.field("resources");
        Place before = old.field("resources");
        if (!asksForSomething(now) && !asksForSomething(before)) {
            return;
        }
        if (now.absent()) {
            f.forbidden(now, "pod-level resources cannot be removed");
            return;
        }
        for (String kind : List.of("requests", "limits")) {
            if (before.present() && removed(now.field(kind), before.field(kind))) {
                f.forbidden(now.field(kind), "pod-level resource " + kind + " cannot be removed");
            }
        }
        Map<String, Object> resources = new LinkedHashMap<>(Trees.map(munged, "resources"));
        putBack(resources, before);
        munged.put("resources", before.absent() && resources.isEmpty() ? null : resources);
        if (!Differences.same(munged.get("resources"), before.value())) {
            f.forbidden(spec, "only cpu and memory resources are mutable at pod-level");
        }
    }

    private static boolean asksForSomething(Place resources) {
        return !resources.field("requests").isEmpty()
                || !resources.field("limits").isEmpty();
    }

    private static boolean removed(Place now, Place before) {
        return !now.map().keySet().containsAll(before.map().keySet());
    }

    private static void nothingRemoved(Findings f, Place spec, Place oldSpec) {
        for (String list : List.of("initContainers", "containers")) {
            for (int i = 0; i < spec.field(list).size(); i++) {
                Place now = spec.field(list).index(i);
                Place before = oldSpec.field(list).index(i);
                for (String kind : List.of("requests", "limits")) {
                    if (removed(now.at("resources", kind), before.at("resources", kind))) {
                        f.forbidden(now.at("resources", kind), "resource " + kind + " cannot be removed");
                    }
                }
            }
        }
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
            Place old = before.index(i).field("resources");
            Map<String, Object> container =
                    Trees.asMap((Map<?, ?>) Trees.list(munged, list).get(i));
            boolean changes = !Differences.same(container, before.index(i).map());
            Map<String, Object> resources = new LinkedHashMap<>(Trees.map(container, "resources"));
            resources.remove("claims");
            putBack(resources, old);
            container.put("resources", resources);
            if (!Differences.same(container, before.index(i).map())) {
                if (list.equals("containers")) {
                    f.forbidden(new Place(null, "spec"), "only cpu and memory resources are mutable");
                } else {
                    f.forbidden(
                            now.index(i), "only cpu and memory resources for init or sidecar containers are mutable");
                }
            }
            if (changes) keepsItsPolicy(f, now.index(i), list);
        }
    }

    /** An init container that ends by itself is not started again for a resize; old ones may still ask for it. */
    private static void keepsItsPolicy(Findings f, Place container, String list) {
        if (list.equals("containers") || container.text("restartPolicy").equals("Always")) return;
        for (Place policy : container.field("resizePolicy").items()) {
            if (policy.text("restartPolicy").equals("RestartContainer")) {
                f.forbidden(
                        container,
                        "non-sidecar init containers with a resize policy of RestartContainer cannot be resized");
            }
        }
    }

    /** Gives resources their old amounts of CPU and memory, so that only other changes remain. */
    private static void putBack(Map<String, Object> resources, Place old) {
        for (String kind : List.of("requests", "limits")) {
            Map<String, Object> amounts = new LinkedHashMap<>(Trees.map(resources, kind));
            for (String name : List.of("cpu", "memory")) {
                Place before = old.field(kind).field(name);
                if (before.present()) {
                    amounts.put(name, before.value());
                } else {
                    amounts.remove(name);
                }
            }
            if (amounts.isEmpty()) resources.remove(kind);
            else resources.put(kind, amounts);
        }
    }
}
