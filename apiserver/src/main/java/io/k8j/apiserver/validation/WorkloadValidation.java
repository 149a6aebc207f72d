package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;

/** Checks what makes Pods: templates, replica sets, deployments, daemon sets, stateful sets. */
public final class WorkloadValidation {
    private static final String MISMATCH = "`selector` does not match template `labels`";
    private static final List<String> STATEFUL_SET_CHANGES = List.of(
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds");

    private WorkloadValidation() {}

    static void template(Findings f, Place template) {
        Meta.labels(f, new Place(template.at("metadata", "labels").value(), template.path() + ".labels"));
        Place annotations = new Place(template.at("metadata", "annotations").value(), template.path() + ".annotations");
        Meta.annotations(f, annotations);
        PodAnnotationValidation.check(f, annotations, template.field("spec"));
        PodSpecValidation.check(f, template.field("spec"), "", false);
        PodAnnotationValidation.sameProfiles(f, annotations, template.field("spec"));
        if (!template.at("spec", "ephemeralContainers").isEmpty()) {
            f.forbidden(template.at("spec", "ephemeralContainers"), "ephemeral containers not allowed in pod template");
        }
    }

    public static List<FieldError> podTemplate(Map<String, Object> object) {
        Findings f = new Findings();
        template(f, Place.of(object).field("template"));
        return f.list();
    }

    private static void onlyAlways(Findings f, Place template, String kind) {
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
            f.invalid(labels, labels.value(), MISMATCH);
        }
    }

    private static void selector(Findings f, Place selector, String kind) {
        if (selector.absent()) {
            f.required(selector);
            return;
        }
        LabelSelectorValidation.check(f, selector);
        if (LabelSelectorValidation.isEmpty(selector)) {
            f.invalid(selector, "empty selector is invalid for " + kind);
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
            f.invalid(
                    template.at("metadata", "labels"),
                    template.at("metadata", "labels").value(),
                    MISMATCH);
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
            default ->
                f.notSupported(
                        strategy,
                        GoStruct.of(strategy, "type=", "rollingUpdate"),
                        List.of("Recreate", "RollingUpdate"));
        }
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
            f.invalid(selector, "empty selector is invalid for daemonset");
        }
        template(f, template);
        onlyAlways(f, template, "DaemonSet");
        daemonStrategy(f, spec.field("updateStrategy"));
        f.notNegative(spec.field("minReadySeconds"));
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
            default ->
                f.notSupported(
                        strategy,
                        GoStruct.of(strategy, "type=", "rollingUpdate"),
                        List.of("RollingUpdate", "OnDelete"));
        }
    }

    public static List<FieldError> statefulSet(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        Place policy = spec.field("podManagementPolicy");
        if (policy.text().isEmpty()) {
            f.required(policy);
        } else if (!List.of("OrderedReady", "Parallel").contains(policy.text())) {
            f.invalid(policy, "must be 'OrderedReady' or 'Parallel'");
        }
        statefulStrategy(f, spec.field("updateStrategy"));
        Place retention = spec.field("persistentVolumeClaimRetentionPolicy");
        if (retention.present()) {
            Meta.oneOf(f, retention.field("whenDeleted"), List.of("Retain", "Delete"));
            Meta.oneOf(f, retention.field("whenScaled"), List.of("Retain", "Delete"));
        }
        f.notNegative(spec.field("replicas"));
        f.notNegative(spec.field("minReadySeconds"));
        if (spec.field("ordinals").present()) {
            f.notNegative(spec.at("ordinals", "start"));
        }
        f.notNegative(spec.field("revisionHistoryLimit"));
        selector(f, spec.field("selector"), "statefulset");
        Place template = spec.field("template");
        if (spec.field("selector").absent() || !LabelSelectorValidation.isEmpty(spec.field("selector"))) {
            matchesTemplate(f, spec.field("selector"), template);
        }
        template(f, template);
        onlyAlways(f, template, "StatefulSet");
        return f.list();
    }

    private static void statefulStrategy(Findings f, Place strategy) {
        Place rolling = strategy.field("rollingUpdate");
        switch (strategy.text("type")) {
            case "" -> f.required(strategy);
            case "OnDelete" -> {
                if (rolling.present()) {
                    f.invalid(
                            rolling,
                            GoStruct.of(rolling, "partition=0", "maxUnavailable"),
                            "only allowed for updateStrategy 'RollingUpdate'");
                }
            }
            case "RollingUpdate" -> {
                f.notNegative(rolling.field("partition"));
                Place unavailable = rolling.field("maxUnavailable");
                if (unavailable.present()) {
                    IntOrPercent.notNegative(f, unavailable);
                    if (IntOrPercent.value(unavailable) == 0) {
                        f.invalid(unavailable, "cannot be 0");
                    }
                    IntOrPercent.atMost100Percent(f, unavailable);
                }
            }
            default ->
                f.invalid(
                        strategy,
                        GoStruct.of(strategy, "type=", "rollingUpdate"),
                        "must be 'RollingUpdate' or 'OnDelete'");
        }
    }

    /** What a StatefulSet may not change, on top of what is wrong with it. */
    public static List<FieldError> statefulSetUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        statefulSet(object).forEach(f::add);
        Place spec = Place.of(object).field("spec");
        Map<String, Object> now = Trees.deepCopy(spec.map());
        Map<String, Object> before = Trees.deepCopy(Place.of(old).field("spec").map());
        STATEFUL_SET_CHANGES.forEach(field -> {
            now.remove(field);
            before.remove(field);
        });
        if (!Differences.same(now, before)) {
            f.forbidden(
                    spec,
                    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template',"
                            + " 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and"
                            + " 'minReadySeconds' are forbidden");
        }
        return f.list();
    }

    public static List<FieldError> controllerRevision(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        if (p.field("data").absent()) {
            f.required(p.field("data"), "data is mandatory");
        }
        f.notNegative(p.field("revision"));
        return f.list();
    }

    /** Counters in the status of anything that has replicas. */
    public static List<FieldError> replicaStatus(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place status = Place.of(object).field("status");
        long replicas = status.number("replicas");
        List<String> parts = List.of("fullyLabeledReplicas", "updatedReplicas", "readyReplicas", "availableReplicas");
        f.notNegative(status.field("replicas"));
        parts.forEach(part -> f.notNegative(status.field(part)));
        f.notNegative(status.field("unavailableReplicas"));
        f.notNegative(status.field("observedGeneration"));
        f.notNegative(status.field("collisionCount"));
        for (String part : parts) {
            if (status.number(part) > replicas) {
                f.invalid(status.field(part), "cannot be greater than status.replicas");
            }
        }
        if (status.number("availableReplicas") > status.number("readyReplicas")) {
            f.invalid(status.field("availableReplicas"), "cannot be greater than readyReplicas");
        }
        Place before = Place.of(old).at("status", "collisionCount");
        if (before.present() && status.number("collisionCount") < before.number(0)) {
            f.invalid(status.field("collisionCount"), "cannot be decremented");
        }
        return f.list();
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
