package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.time.CronSchedule;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks Jobs and CronJobs. */
public final class BatchValidation {
    private static final int MAX_PARALLELISM = 100_000;
    private static final int CRON_JOB_NAME = 52;

    /** Fields of Jobs that messages show as upstream has them inside. */
    private static final Map<String, String> INTERNAL =
            Map.of("podFailurePolicy", "PodFailurePolicy", "successPolicy", "SuccessPolicy");

    private BatchValidation() {}

    public static List<FieldError> job(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        spec(f, spec);
        Place selector = spec.field("selector");
        if (selector.absent()) {
            f.required(selector);
        } else {
            LabelSelectorValidation.check(f, selector);
        }
        WorkloadValidation.matchesTemplate(f, selector, spec.field("template"));
        return f.list();
    }

    private static void spec(Findings f, Place spec) {
        for (String field : List.of(
                "parallelism",
                "completions",
                "activeDeadlineSeconds",
                "backoffLimit",
                "ttlSecondsAfterFinished",
                "backoffLimitPerIndex",
                "maxFailedIndexes")) {
            f.notNegative(spec.field(field));
        }
        managedBy(f, spec.field("managedBy"));
        mode(f, spec);
        if (spec.field("podFailurePolicy").present()) {
            podFailurePolicy(f, spec);
        }
        Meta.optionalOneOf(f, spec.field("podReplacementPolicy"), List.of("Failed", "TerminatingOrFailed"));
        WorkloadValidation.template(f, spec.field("template"));
        Place policy = spec.at("template", "spec", "restartPolicy");
        if (policy.text().isEmpty() || policy.text().equals("Always")) {
            f.required(policy, "valid values: \"OnFailure\", \"Never\"");
        } else {
            Meta.oneOf(f, policy, List.of("OnFailure", "Never"));
        }
    }

    private static void managedBy(Findings f, Place managedBy) {
        if (managedBy.absent()) {
            return;
        }
        NetworkingValidation.domainPrefixedPath(f, managedBy);
        if (managedBy.text().length() > 63) {
            f.tooLong(managedBy, 63);
        }
    }

    private static void mode(Findings f, Place spec) {
        Place mode = spec.field("completionMode");
        boolean indexed = mode.text().equals("Indexed");
        Meta.optionalOneOf(f, mode, List.of("Indexed", "NonIndexed"));
        if (indexed) {
            if (spec.field("completions").absent()) {
                f.required(spec.field("completions"), "when completion mode is Indexed");
            }
            if (spec.number("parallelism") > MAX_PARALLELISM) {
                f.invalid(
                        spec.field("parallelism"),
                        "must be less than or equal to " + MAX_PARALLELISM + " when completion mode is Indexed");
            }
        } else {
            for (String field : List.of("backoffLimitPerIndex", "maxFailedIndexes")) {
                if (spec.field(field).present()) {
                    f.invalid(spec.field(field), "requires indexed completion mode");
                }
            }
            if (spec.field("successPolicy").present()) {
                f.invalid(spec.field("successPolicy"), "requires indexed completion mode");
            }
        }
    }

    private static void podFailurePolicy(Findings f, Place spec) {
        Place rules = spec.at("podFailurePolicy", "rules");
        Place restart = spec.at("template", "spec", "restartPolicy");
        if (!restart.text().equals("Never")) {
            f.invalid(restart, restart.text(), "only \"Never\" is supported when podFailurePolicy is specified");
        }
        if (rules.size() > 20) {
            f.tooMany(rules, rules.size(), 20);
        }
        Set<String> names = new HashSet<>();
        spec.at("template", "spec", "containers").items().forEach(c -> names.add(c.text("name")));
        spec.at("template", "spec", "initContainers").items().forEach(c -> names.add(c.text("name")));
        for (Place rule : rules.items()) {
            Place action = rule.field("action");
            Meta.requiredOneOf(f, action, List.of("Count", "FailIndex", "FailJob", "Ignore"));
            Place codes = rule.field("onExitCodes");
            Place conditions = rule.field("onPodConditions");
            if (codes.present()) {
                exitCodes(f, codes, names);
            }
            if (codes.present() && !conditions.isEmpty()) {
                f.invalid(rule, "specifying both OnExitCodes and OnPodConditions is not supported");
            }
            if (codes.absent() && conditions.isEmpty()) {
                f.invalid(rule, "specifying one of OnExitCodes and OnPodConditions is required");
            }
        }
    }

    private static void exitCodes(Findings f, Place codes, Set<String> names) {
        Meta.requiredOneOf(f, codes.field("operator"), List.of("In", "NotIn"));
        Place name = codes.field("containerName");
        if (name.present() && !names.contains(name.text())) {
            f.invalid(name, "must be one of the container or initContainer names in the pod template");
        }
        Place values = codes.field("values");
        if (values.isEmpty()) {
            f.invalid(values, "at least one value is required");
        } else if (values.size() > 255) {
            f.tooMany(values, values.size(), 255);
        }
        boolean in = codes.text("operator").equals("In");
        for (Place value : values.items()) {
            if (in && value.number(0) == 0) {
                f.invalid(value, "must not be 0 for the In operator");
            }
        }
    }

    public static List<FieldError> jobUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        job(object).forEach(f::add);
        Place spec = Place.of(object).field("spec");
        Place before = Place.of(old).field("spec");
        boolean elastic = spec.text("completionMode").equals("Indexed")
                && spec.field("completions").present()
                && spec.number("completions") == spec.number("parallelism");
        if (!elastic) {
            immutable(f, spec, before, "completions");
        }
        immutable(f, spec, before, "selector");
        Map<String, Object> template = Trees.deepCopy(spec.field("template").map());
        boolean waits = before.isTrue("suspend")
                && Place.of(old).at("status", "startTime").absent();
        if (waits) {
            putBack(template, before.field("template"));
        }
        if (!Differences.same(template, before.field("template").map())) {
            f.immutable(spec.field("template"), "PodTemplateSpec");
        }
        for (String field :
                List.of("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy")) {
            immutable(f, spec, before, field);
        }
        return f.list();
    }

    /** What may change on a Job that has not started: where its Pods may run. */
    private static void putBack(Map<String, Object> template, Place before) {
        for (String field : List.of("nodeSelector", "affinity", "tolerations", "schedulingGates")) {
            Trees.set(template, before.at("spec", field).value(), "spec", field);
        }
        Trees.set(template, before.at("metadata", "annotations").value(), "metadata", "annotations");
        Trees.set(template, before.at("metadata", "labels").value(), "metadata", "labels");
    }

    private static void immutable(Findings f, Place now, Place before, String field) {
        if (!Meta.same(now.field(field), before.field(field))) {
            String type = INTERNAL.get(field);
            if (type == null) f.immutable(now.field(field));
            else f.immutable(now.field(field), type);
        }
    }

    public static List<FieldError> cronJob(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        Place name = p.at("metadata", "name");
        if (name.text().length() > CRON_JOB_NAME) {
            f.invalid(name, name.text(), "must be no more than " + CRON_JOB_NAME + " characters");
        }
        Place spec = p.field("spec");
        schedule(f, spec);
        f.notNegative(spec.field("startingDeadlineSeconds"));
        Place zone = spec.field("timeZone");
        if (zone.present()) {
            zone(f, zone);
        }
        Meta.requiredOneOf(f, spec.field("concurrencyPolicy"), List.of("Allow", "Forbid", "Replace"));
        Place job = spec.at("jobTemplate", "spec");
        spec(f, job);
        LabelSelectorValidation.check(f, job.field("selector"));
        if (job.isTrue("manualSelector")) {
            f.notSupported(job.field("manualSelector"), true, List.of("nil", "false"));
        }
        f.notNegative(spec.field("successfulJobsHistoryLimit"));
        f.notNegative(spec.field("failedJobsHistoryLimit"));
        return f.list();
    }

    private static void schedule(Findings f, Place spec) {
        Place schedule = spec.field("schedule");
        if (schedule.text().isEmpty()) {
            f.required(schedule);
            return;
        }
        if (schedule.text().contains("TZ")) {
            f.invalid(schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
            return;
        }
        try {
            CronSchedule.parse(schedule.text(), ZoneOffset.UTC);
        } catch (IllegalArgumentException e) {
            f.invalid(schedule, e.getMessage());
        }
    }

    private static void zone(Findings f, Place zone) {
        if (zone.text().isEmpty()) {
            f.invalid(zone, "timeZone must be nil or non-empty string");
        } else if (zone.text().equalsIgnoreCase("Local")) {
            f.invalid(zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
        } else if (CronSchedule.zone(zone.text()).isEmpty()) {
            f.invalid(zone, "unknown time zone " + zone.text());
        }
    }
}
