package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks StatefulSets. */
public final class StatefulSetValidation {
    private static final List<String> CHANGES = List.of(
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds");

    private StatefulSetValidation() {}

    /** Everything wrong with a new StatefulSet. */
    public static List<FieldError> create(Map<String, Object> object) {
        Findings f = new Findings();
        check(f, Place.of(object).field("spec"), true, true);
        return f.list();
    }

    /**
     * @param fresh whether what can never change is looked at, too
     * @param template whether the template is
     */
    private static void check(Findings f, Place spec, boolean fresh, boolean template) {
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
        if (fresh) {
            spec.field("volumeClaimTemplates")
                    .items()
                    .forEach(claim -> StorageValidation.claimSpec(f, claim.field("spec")));
        }
        f.notNegative(spec.field("replicas"));
        f.notNegative(spec.field("minReadySeconds"));
        if (spec.field("ordinals").present()) {
            f.notNegative(spec.at("ordinals", "start"));
        }
        if (fresh && !spec.text("serviceName").isEmpty()) {
            Meta.dnsLabel(f, spec.field("serviceName"));
        }
        Place selector = spec.field("selector");
        WorkloadValidation.selector(f, selector, "statefulset");
        if (LabelSelectorValidation.isReadable(selector)) {
            template(f, spec, template);
        } else {
            f.invalid(selector, LabelSelectorValidation.shown(selector), "");
        }
        WorkloadValidation.onlyAlways(f, spec.field("template"), "StatefulSet");
    }

    private static void template(Findings f, Place spec, boolean whole) {
        Place selector = spec.field("selector");
        Place template = withClaims(spec);
        if (selector.absent() || !LabelSelectorValidation.isEmpty(selector)) {
            WorkloadValidation.matchesTemplate(f, selector, template);
        }
        if (whole) {
            WorkloadValidation.template(f, template);
        }
        WorkloadValidation.templateMetadata(f, template); // upstream looks at it a second time
    }

    /** The template as the Pods will have it: with the claims as volumes, without what the controller sets. */
    private static Place withClaims(Place spec) {
        Place template = spec.field("template");
        Map<String, Object> copy = Trees.deepCopy(template.map());
        Map<String, Object> podSpec = Trees.map(copy, "spec");
        if (podSpec.isEmpty()) {
            return template;
        }
        podSpec.remove("subdomain");
        podSpec.remove("hostname");
        List<Object> volumes = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Place claim : spec.field("volumeClaimTemplates").items()) {
            String name = claim.at("metadata", "name").text();
            if (names.add(name)) {
                Map<String, Object> volume = new LinkedHashMap<>();
                volume.put("name", name);
                volume.put("persistentVolumeClaim", new LinkedHashMap<>(Map.of("claimName", name)));
                volumes.add(volume);
            }
        }
        for (Object volume : Trees.list(podSpec, "volumes")) {
            if (!names.contains(Trees.string(volume, "name"))) {
                volumes.add(volume);
            }
        }
        if (!volumes.isEmpty()) {
            podSpec.put("volumes", volumes);
        }
        return template.with(copy);
    }

    private static Object shown(Place strategy) {
        Map<String, Object> shown = GoStruct.of(strategy, "type=", "rollingUpdate");
        if (strategy.field("rollingUpdate").present()) {
            shown.put("RollingUpdate", GoStruct.of(strategy.field("rollingUpdate"), "partition=0", "maxUnavailable"));
        }
        return shown;
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
            default -> f.invalid(strategy, shown(strategy), "must be 'RollingUpdate' or 'OnDelete'");
        }
    }

    /** Everything wrong with a new version; a template that was wrong before may stay so. */
    public static List<FieldError> update(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        Place before = Place.of(old).field("spec");
        Findings was = new Findings();
        check(was, before, false, true);
        check(f, spec, false, was.isEmpty());
        Map<String, Object> now = Trees.deepCopy(spec.map());
        Map<String, Object> then = Trees.deepCopy(before.map());
        CHANGES.forEach(field -> {
            now.remove(field);
            then.remove(field);
        });
        if (!Differences.same(now, then)) {
            f.forbidden(
                    spec,
                    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template',"
                            + " 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and"
                            + " 'minReadySeconds' are forbidden");
        }
        return f.list();
    }
}
