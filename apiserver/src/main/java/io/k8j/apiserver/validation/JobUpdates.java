package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;

/** Says which changes of a Job are allowed. */
public final class JobUpdates {
    /** Fields that messages show as upstream has them inside. */
    private static final Map<String, String> INTERNAL =
            Map.of("podFailurePolicy", "PodFailurePolicy", "successPolicy", "SuccessPolicy");

    private JobUpdates() {}

    /** Everything wrong with a new version of a Job. */
    public static List<FieldError> check(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        JobValidation.create(object).forEach(f::add); // upstream looks at the whole, and below at its spec again
        Place spec = Place.of(object).field("spec");
        Place before = Place.of(old).field("spec");
        JobValidation.checkWithSelector(f, spec);
        completions(f, spec, before);
        Place selector = spec.field("selector");
        if (!Meta.same(selector, before.field("selector"))) {
            f.invalid(selector, LabelSelectorValidation.shown(selector), Meta.IMMUTABLE);
        }
        template(f, Place.of(object), Place.of(old));
        for (String field :
                List.of("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy")) {
            if (!Meta.same(spec.field(field), before.field(field))) {
                immutable(f, spec.field(field), INTERNAL.get(field));
            }
        }
        return f.list();
    }

    private static void immutable(Findings f, Place now, String type) {
        if (type == null) {
            f.immutable(now);
        } else {
            f.immutable(now, type);
        }
    }

    /** Indexed Jobs can grow and shrink, others cannot. */
    private static void completions(Findings f, Place spec, Place before) {
        Place completions = spec.field("completions");
        if (Meta.same(completions, before.field("completions"))) {
            return;
        }
        if (!JobValidation.isIndexed(spec)) {
            f.invalid(completions, Meta.IMMUTABLE);
        } else if (completions.present() && completions.number(0) != spec.number("parallelism")) {
            f.invalid(completions, "can only be modified in tandem with spec.parallelism");
        }
    }

    /**
     * The template stays, but while a Job is suspended its Pods may get other amounts, and before it has started other
     * places.
     */
    private static void template(Findings f, Place job, Place old) {
        Place before = old.at("spec", "template");
        Map<String, Object> template = Trees.deepCopy(job.at("spec", "template").map());
        boolean suspended = old.at("spec", "suspend").isTrue();
        if (suspended) {
            if (old.at("status", "startTime").absent()) {
                putBackPlaces(template, before);
            }
            putBackAmounts(template, before);
        }
        if (!Differences.same(template, before.map())) {
            Place at = job.at("spec", "template");
            if (suspended) {
                f.immutable(at.field("spec"), "PodSpec");
            } else {
                f.immutable(at, "PodTemplateSpec");
            }
        }
    }

    private static void putBackPlaces(Map<String, Object> template, Place before) {
        for (String field : List.of("nodeSelector", "tolerations", "schedulingGates")) {
            Trees.set(template, before.at("spec", field).value(), "spec", field);
        }
        Map<String, Object> affinity = Trees.deepCopy(Trees.map(template, "spec", "affinity"));
        affinity.remove("nodeAffinity");
        if (before.at("spec", "affinity", "nodeAffinity").present()) {
            affinity.put(
                    "nodeAffinity",
                    before.at("spec", "affinity", "nodeAffinity").value());
        }
        Trees.set(template, affinity.isEmpty() ? null : affinity, "spec", "affinity");
        for (String field : List.of("annotations", "labels")) {
            Trees.set(template, before.at("metadata", field).value(), "metadata", field);
        }
    }

    private static void putBackAmounts(Map<String, Object> template, Place before) {
        for (String list : List.of("containers", "initContainers")) {
            List<Object> now = Trees.list(template, "spec", list);
            List<Place> then = before.at("spec", list).items();
            for (int i = 0; now.size() == then.size() && i < now.size(); i++) {
                Map<String, Object> container = Trees.map(now.get(i));
                if (then.get(i).text("name").equals(container.get("name"))) {
                    container.put("resources", then.get(i).field("resources").value());
                }
            }
        }
    }
}
