package io.k8j.apiserver.strategy;

import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.validation.CronJobValidation;
import io.k8j.apiserver.validation.JobStatusValidation;
import io.k8j.apiserver.validation.JobUpdates;
import io.k8j.apiserver.validation.JobValidation;
import io.k8j.apiserver.validation.Place;
import io.k8j.apiserver.validation.ReplicaStatusValidation;
import io.k8j.apiserver.validation.StatefulSetValidation;
import io.k8j.apiserver.validation.WorkloadValidation;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is special about each resource that makes Pods. */
final class WorkloadRules {
    private static final String TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";
    private static final String UID = "batch.kubernetes.io/controller-uid";

    private WorkloadRules() {}

    /** The rules of a resource; null if it is not one of these. */
    static Rules find(String resource) {
        return switch (resource) {
            case "podtemplates" ->
                Rules.plain()
                        .withGeneration()
                        .check(WorkloadValidation::podTemplate)
                        .warn((o, old) -> template(Place.of(o).field("template")));
            case "replicationcontrollers" ->
                Rules.withStatus()
                        .orphans()
                        .check(WorkloadValidation::replicationController)
                        .statusCheck(ReplicaStatusValidation::replicas)
                        .warn(WorkloadRules::templateWarnings)
                        .select(
                                "status.replicas",
                                p -> Long.toString(p.at("status", "replicas").number(0)));
            case "replicasets.apps" ->
                Rules.withStatus()
                        .check(WorkloadValidation::replicaSet)
                        .updateCheck(
                                (o, old) -> WorkloadValidation.withSelector(WorkloadValidation.replicaSet(o), o, old))
                        .statusCheck(ReplicaStatusValidation::replicas)
                        .warn(WorkloadRules::templateWarnings)
                        .select(
                                "status.replicas",
                                p -> Long.toString(p.at("status", "replicas").number(0)));
            case "deployments.apps" ->
                Rules.withStatus()
                        .keepsLabelsInStatus()
                        .onUpdate(WorkloadRules::countAnnotations)
                        .check(WorkloadValidation::deployment)
                        .updateCheck(
                                (o, old) -> WorkloadValidation.withSelector(WorkloadValidation.deployment(o), o, old))
                        .statusCheck(ReplicaStatusValidation::deployment)
                        .warn(WorkloadRules::templateWarnings);
            case "daemonsets.apps" ->
                Rules.withStatus()
                        .onCreate((context, set) -> setTemplateGeneration(set, 1))
                        .onUpdate(WorkloadRules::countTemplates)
                        .check(WorkloadValidation::daemonSet)
                        .updateCheck(WorkloadValidation::daemonSetUpdate)
                        .statusCheck(ReplicaStatusValidation::daemonSet)
                        .warn(WorkloadRules::nameless);
            case "statefulsets.apps" ->
                Rules.withStatus()
                        .check(StatefulSetValidation::create)
                        .updateCheck(StatefulSetValidation::update)
                        .statusCheck(ReplicaStatusValidation::statefulSet)
                        .warn(WorkloadRules::nameless);
            case "controllerrevisions.apps" ->
                Rules.plain()
                        .check(WorkloadValidation::controllerRevision)
                        .updateCheck(WorkloadValidation::controllerRevisionUpdate);
            case "jobs.batch" ->
                Rules.withStatus()
                        // batch/v1 keeps the children when the client does not say what it wants
                        .orphans()
                        .warnOfPropagation("child pods are preserved by default when jobs are deleted; set"
                                + " propagationPolicy=Background to remove them or set propagationPolicy=Orphan to"
                                + " suppress this warning")
                        .onCreate(WorkloadRules::jobSelector)
                        .check(JobValidation::create)
                        .updateCheck(JobUpdates::check)
                        .statusCheck(JobStatusValidation::update)
                        .warn(WorkloadRules::templateWarnings)
                        .select(
                                "status.successful",
                                p -> Long.toString(p.at("status", "succeeded").number(0)));
            case "cronjobs.batch" ->
                Rules.withStatus()
                        .check(CronJobValidation::create)
                        .updateCheck(CronJobValidation::update)
                        .warn(WorkloadRules::cronJobWarnings);
            default -> null;
        };
    }

    /** The annotation keeps a counter that was a field of a DaemonSet's spec before apps/v1. */
    private static void countTemplates(RequestContext context, Map<String, Object> set, Map<String, Object> old) {
        Object before = Trees.get(old, "metadata", "annotations", TEMPLATE_GENERATION);
        long count = before instanceof String text && text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
        Object template = Trees.get(set, "spec", "template");
        setTemplateGeneration(set, Trees.deepEquals(template, Trees.get(old, "spec", "template")) ? count : count + 1);
    }

    /** A Deployment's annotations are copied to its ReplicaSets, so a change of them is one for its controller. */
    private static void countAnnotations(
            RequestContext context, Map<String, Object> deployment, Map<String, Object> old) {
        Map<String, Object> before = Trees.map(old, "metadata", "annotations");
        if (Trees.deepEquals(Trees.map(deployment, "metadata", "annotations"), before)) return;
        Long generation = Trees.integer(old, "metadata", "generation");
        Trees.set(deployment, generation == null ? 1L : generation + 1, "metadata", "generation");
    }

    private static void setTemplateGeneration(Map<String, Object> set, long count) {
        Trees.set(set, Long.toString(count), "metadata", "annotations", TEMPLATE_GENERATION);
    }

    /** Warnings for something that makes Pods: of its name when it is new, of its template when its spec is. */
    private static List<String> templateWarnings(Map<String, Object> object, Map<String, Object> old) {
        List<String> warnings = new ArrayList<>(old == null ? ObjectWarnings.name(object) : List.of());
        warnings.addAll(nameless(object, old));
        return warnings;
    }

    /** The same for those whose names upstream does not look at. */
    private static List<String> nameless(Map<String, Object> object, Map<String, Object> old) {
        return specChanged(object, old) ? template(Place.of(object).at("spec", "template")) : List.of();
    }

    private static List<String> cronJobWarnings(Map<String, Object> object, Map<String, Object> old) {
        List<String> warnings = new ArrayList<>(old == null ? ObjectWarnings.name(object) : List.of());
        if (specChanged(object, old)) {
            warnings.addAll(template(Place.of(object).at("spec", "jobTemplate", "spec", "template")));
        }
        return warnings;
    }

    private static boolean specChanged(Map<String, Object> object, Map<String, Object> old) {
        return old == null
                || !Trees.deepEquals(
                        Trees.get(object, "metadata", "generation"), Trees.get(old, "metadata", "generation"));
    }

    private static List<String> template(Place template) {
        return PodWarnings.of(template.field("spec"), template.field("metadata"), false);
    }

    /** A Job's Pods are told from all others by the Job's uid, unless the client wants to do that itself. */
    private static void jobSelector(RequestContext context, Map<String, Object> job) {
        Place p = Place.of(job);
        if (p.at("spec", "manualSelector").isTrue() || p.field("spec").absent()) {
            return;
        }
        String uid = p.at("metadata", "uid").text();
        String name = p.at("metadata", "name").text();
        Map<String, Object> labels = new LinkedHashMap<>(Trees.map(job, "spec", "template", "metadata", "labels"));
        labels.putIfAbsent("job-name", name);
        labels.putIfAbsent("batch.kubernetes.io/job-name", name);
        labels.putIfAbsent("controller-uid", uid);
        labels.putIfAbsent(UID, uid);
        Trees.set(job, labels, "spec", "template", "metadata", "labels");
        if (p.at("spec", "selector", "matchLabels").field(UID).absent()) {
            Trees.set(job, uid, "spec", "selector", "matchLabels", UID);
        }
        if (Trees.map(job, "metadata", "labels").isEmpty()) {
            Trees.set(job, Trees.deepCopy(labels), "metadata", "labels"); // a Job without labels has its Pods' ones
        }
    }
}
