package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;

/** Checks what makes Pods: templates, replica sets, deployments, daemon sets. */
public final class WorkloadValidation {
    private static final String MISMATCH = "`selector` does not match template `labels`";

    private WorkloadValidation() {}

    static void template(Findings f, Place template) {
        templateMetadata(f, template);
        PodSpecValidation.check(f, template.field("spec"), "", false);
        PodAnnotationValidation.sameProfiles(f, annotations(template), template.field("spec"));
        if (!template.at("spec", "ephemeralContainers").isEmpty()) {
            f.forbidden(template.at("spec", "ephemeralContainers"), "ephemeral containers not allowed in pod template");
        }
    }

    /** Labels and annotations of a template, whose paths upstream makes without {@code metadata}. */
    static void templateMetadata(Findings f, Place template) {
        Meta.labels(f, new Place(template.at("metadata", "labels").value(), template.path() + ".labels"));
        Meta.annotations(f, annotations(template));
        PodAnnotationValidation.check(f, annotations(template), template.field("spec"));
    }

    private static Place annotations(Place template) {
        return new Place(template.at("metadata", "annotations").value(), template.path() + ".annotations");
    }

    public static List<FieldError> podTemplate(Map<String, Object> object) {
        Findings f = new Findings();
        template(f, Place.of(object).field("template"));
        return f.list();
    }

    static void onlyAlways(Findings f, Place template, String kind) {
        Place policy = template.at("spec", "restartPolicy");
        if (!policy.text().equals("Always")) {
            f.notSupported(policy, policy.text(), List.of("Always"));
        }
        if (template.at("spec", "activeDeadlineSeconds").present()) {
            f.forbidden(
                    template.at("spec", "activeDeadlineSeconds"),
                    "activeDeadlineSeconds in " + kind + " is not Supported");
        }
    }

    static void matchesTemplate(Findings f, Place selector, Place template) {
        Place labels = template.at("metadata", "labels");
        boolean matches = selector.present() && LabelSelectorValidation.matches(selector, labels.map());
        if (!matches) {
            f.invalid(labels, shownLabels(labels), MISMATCH);
        }
    }

    private static Object shownLabels(Place labels) {
        return labels.absent() ? null : Meta.sorted(labels);
    }

    static void selector(Findings f, Place selector, String kind) {
        if (selector.absent()) {
            f.required(selector);
            return;
        }
        LabelSelectorValidation.check(f, selector);
        if (LabelSelectorValidation.isEmpty(selector)) {
            f.invalid(selector, Map.of(), "empty selector is invalid for " + kind);
        }
    }

    public static List<FieldError> replicationController(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        f.notNegative(spec.field("minReadySeconds"));
        if (spec.field("selector").isEmpty()) {
            f.required(spec.field("selector"));
        }
        if (spec.field("replicas").absent()) {
            f.required(spec.field("replicas"));
        } else {
            f.notNegative(spec.field("replicas"));
        }
        Place template = spec.field("template");
        if (template.absent()) {
            f.required(template);
            return f.list();
        }
        Map<String, Object> labels = template.at("metadata", "labels").map();
        boolean matches = spec.field("selector").map().entrySet().stream()
                .allMatch(e -> Trees.deepEquals(e.getValue(), labels.get(e.getKey())));
        if (!matches) {
            Place own = template.at("metadata", "labels");
            f.invalid(own, shownLabels(own), MISMATCH);
        }
        template(f, template);
        onlyAlways(f, template, "ReplicationController");
        return f.list();
    }

    public static List<FieldError> replicaSet(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        f.notNegative(spec.field("replicas"));
        f.notNegative(spec.field("minReadySeconds"));
        selector(f, spec.field("selector"), "deployment");
        replicaTemplate(f, spec);
        return f.list();
    }

    private static void replicaTemplate(Findings f, Place spec) {
        if (!LabelSelectorValidation.isReadable(spec.field("selector"))) {
            Place selector = spec.field("selector");
            f.invalid(selector, LabelSelectorValidation.shown(selector), "invalid label selector");
            return;
        }
        if (spec.field("selector").absent() || !LabelSelectorValidation.isEmpty(spec.field("selector"))) {
            matchesTemplate(f, spec.field("selector"), spec.field("template"));
        }
        template(f, spec.field("template"));
        onlyAlways(f, spec.field("template"), "ReplicaSet");
    }

    public static List<FieldError> deployment(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        f.notNegative(spec.field("replicas"));
        selector(f, spec.field("selector"), "deployment");
        replicaTemplate(f, spec);
        strategy(f, spec.field("strategy"));
        f.notNegative(spec.field("minReadySeconds"));
        f.notNegative(spec.field("revisionHistoryLimit"));
        Place deadline = spec.field("progressDeadlineSeconds");
        if (deadline.present()) {
            f.notNegative(deadline);
            if (deadline.number(0) <= spec.number("minReadySeconds")) {
                f.invalid(deadline, "must be greater than minReadySeconds");
            }
        }
        return f.list();
    }

    private static void strategy(Findings f, Place strategy) {
        Place rolling = strategy.field("rollingUpdate");
        switch (strategy.text("type")) {
            case "Recreate" -> {
                if (rolling.present()) {
                    f.forbidden(rolling, "may not be specified when strategy `type` is 'Recreate'");
                }
            }
            case "RollingUpdate" -> {
                if (rolling.absent()) {
                    f.required(rolling, "this should be defaulted and never be nil");
                } else {
                    rollingDeployment(f, rolling);
                }
            }
            default -> f.notSupported(strategy, shownStrategy(strategy), List.of("Recreate", "RollingUpdate"));
        }
    }

    private static Object shownStrategy(Place strategy) {
        Map<String, Object> shown = GoStruct.of(strategy, "type=", "rollingUpdate");
        if (strategy.field("rollingUpdate").present()) {
            shown.put("RollingUpdate", GoStruct.of(strategy.field("rollingUpdate"), "maxUnavailable=0", "maxSurge=0"));
        }
        return shown;
    }

    private static void rollingDeployment(Findings f, Place rolling) {
        Place unavailable = rolling.field("maxUnavailable");
        Place surge = rolling.field("maxSurge");
        IntOrPercent.notNegative(f, unavailable);
        IntOrPercent.notNegative(f, surge);
        if (IntOrPercent.value(unavailable) == 0 && IntOrPercent.value(surge) == 0) {
            f.invalid(unavailable, "may not be 0 when `maxSurge` is 0");
        }
        IntOrPercent.atMost100Percent(f, unavailable);
    }

    /** Everything wrong with a new version of a DaemonSet. */
    public static List<FieldError> daemonSetUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        sameSelector(f, Place.of(object).at("spec", "selector"), Place.of(old).at("spec", "selector"));
        daemonSet(object).forEach(f::add);
        return f.list();
    }

    private static void sameSelector(Findings f, Place now, Place before) {
        if (!Meta.same(now, before)) {
            f.invalid(now, LabelSelectorValidation.shown(now), Meta.IMMUTABLE);
        }
    }

    /** Adds to what is wrong with a new version that its selector is another one. */
    public static List<FieldError> withSelector(
            List<FieldError> errors, Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        errors.forEach(f::add);
        sameSelector(f, Place.of(object).at("spec", "selector"), Place.of(old).at("spec", "selector"));
        return f.list();
    }

    public static List<FieldError> daemonSet(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        Place selector = spec.field("selector");
        Place template = spec.field("template");
        LabelSelectorValidation.check(f, selector);
        if (selector.absent() || !LabelSelectorValidation.isEmpty(selector)) {
            matchesTemplate(f, selector, template);
        }
        if (selector.present() && LabelSelectorValidation.isEmpty(selector)) {
            f.invalid(selector, Map.of(), "empty selector is invalid for daemonset");
        }
        template(f, template);
        onlyAlways(f, template, "DaemonSet");
        f.notNegative(spec.field("minReadySeconds"));
        daemonStrategy(f, spec.field("updateStrategy"));
        f.notNegative(spec.field("revisionHistoryLimit"));
        return f.list();
    }

    private static void daemonStrategy(Findings f, Place strategy) {
        Place rolling = strategy.field("rollingUpdate");
        switch (strategy.text("type")) {
            case "OnDelete" -> {}
            case "RollingUpdate" -> {
                if (rolling.absent()) {
                    f.required(rolling);
                    return;
                }
                Place unavailable = rolling.field("maxUnavailable");
                Place surge = rolling.field("maxSurge");
                IntOrPercent.notNegative(f, unavailable);
                IntOrPercent.notNegative(f, surge);
                IntOrPercent.atMost100Percent(f, unavailable);
                IntOrPercent.atMost100Percent(f, surge);
                boolean some = IntOrPercent.value(unavailable) != 0;
                boolean more = IntOrPercent.value(surge) != 0;
                if (some && more) {
                    f.invalid(surge, "may not be set when maxUnavailable is non-zero");
                } else if (!some && !more) {
                    f.required(unavailable, "cannot be 0 when maxSurge is 0");
                }
            }
            default -> f.notSupported(strategy, shownStrategy(strategy), List.of("RollingUpdate", "OnDelete"));
        }
    }

    public static List<FieldError> controllerRevision(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        f.notNegative(p.field("revision"));
        Place data = p.field("data");
        if (data.absent()) {
            f.required(data, "data is mandatory");
        } else if (!(data.value() instanceof Map)) {
            f.required(data, "data must be a valid JSON object");
        }
        return f.list();
    }

    public static List<FieldError> controllerRevisionUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        f.notNegative(Place.of(object).field("revision"));
        return withImmutable(f.list(), object, old, "data");
    }

    /** Adds "field is immutable" to what is wrong with a new version whose field changed. */
    public static List<FieldError> withImmutable(
            List<FieldError> errors, Map<String, Object> object, Map<String, Object> old, String... path) {
        Findings f = new Findings();
        errors.forEach(f::add);
        Place now = Place.of(object).at(path);
        if (!Meta.same(now, Place.of(old).at(path))) {
            f.invalid(now, now.value(), Meta.IMMUTABLE);
        }
        return f.list();
    }
}
