package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.validation.Names;
import java.util.List;
import java.util.Map;

/** Checks Jobs, and what Jobs have in common with the templates of CronJobs. */
public final class JobValidation {
    private static final int MAX_PARALLELISM = 100_000;
    private static final int MAX_FAILED_INDEXES = 100_000;
    private static final int MANY_COMPLETIONS = 100_000;
    private static final int LIMIT_FOR_MANY = 10_000;
    private static final int MANAGED_BY_LIMIT = 63;
    private static final String NEEDS_INDEXES = "requires indexed completion mode";
    private static final String FOR_MANY = "must be less than or equal to " + LIMIT_FOR_MANY
            + " when completions are above " + MANY_COMPLETIONS + " and used with backoff limit per index";

    private JobValidation() {}

    /** Everything wrong with a new Job. */
    public static List<FieldError> create(Map<String, Object> object) {
        Findings f = new Findings();
        Place job = Place.of(object);
        generatedSelector(f, job);
        checkWithSelector(f, job.field("spec"));
        hostName(f, job);
        return f.list();
    }

    /** The labels and the selector that tell a Job's Pods from all others must be the ones that were made for it. */
    private static void generatedSelector(Findings f, Place job) {
        Place selector = job.at("spec", "selector");
        if (job.at("spec", "manualSelector").isTrue() || selector.absent()) {
            return;
        }
        String uid = job.at("metadata", "uid").text();
        String name = job.at("metadata", "name").text();
        if (uid.isEmpty()) {
            f.required(job.at("metadata", "uid"));
        }
        Place labels = job.at("spec", "template", "metadata", "labels");
        hasLabel(f, labels, "controller-uid", uid);
        hasLabel(f, labels, "job-name", name);
        hasLabel(f, labels, "batch.kubernetes.io/controller-uid", uid);
        hasLabel(f, labels, "batch.kubernetes.io/job-name", name);
        Map<String, Object> expected = Map.of(
                "batch.kubernetes.io/controller-uid",
                uid,
                "batch.kubernetes.io/job-name",
                name,
                "controller-uid",
                uid,
                "job-name",
                name);
        if (!LabelSelectorValidation.matches(selector, expected)) {
            f.invalid(selector, LabelSelectorValidation.shown(selector), "`selector` not auto-generated");
        }
    }

    private static void hasLabel(Findings f, Place labels, String key, String expected) {
        Place label = labels.key(key);
        if (label.absent()) {
            f.required(label, "must be '" + expected + "'");
        } else if (!label.text().equals(expected)) {
            f.invalid(label, Meta.sorted(labels), "must be '" + expected + "'");
        }
    }

    /** Pods of indexed Jobs have host names with their index, which must be DNS labels. */
    private static void hostName(Findings f, Place job) {
        long completions = job.at("spec", "completions").number(0);
        if (!isIndexed(job.field("spec")) || completions <= 0) {
            return;
        }
        Place name = job.at("metadata", "name");
        String longest = name.text() + "-" + (completions - 1);
        if (!Names.dns1123Label(longest).isEmpty()) {
            f.invalid(name, name.text(), "will not able to create pod with invalid DNS label: " + longest);
        }
    }

    static boolean isIndexed(Place spec) {
        return spec.text("completionMode").equals("Indexed");
    }

    /** Everything wrong with the spec of a Job, whose selector is there already. */
    static void checkWithSelector(Findings f, Place spec) {
        check(f, spec);
        Place selector = spec.field("selector");
        if (selector.absent()) {
            f.required(selector);
        } else {
            LabelSelectorValidation.check(f, selector);
        }
        WorkloadValidation.matchesTemplate(f, selector, spec.field("template"));
    }

    /** Everything wrong with a spec but for its selector. */
    static void check(Findings f, Place spec) {
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
        if (spec.field("maxFailedIndexes").present()
                && spec.field("backoffLimitPerIndex").absent()) {
            f.required(spec.field("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
        }
        managedBy(f, spec.field("managedBy"));
        Meta.optionalOneOf(f, spec.field("completionMode"), List.of("NonIndexed", "Indexed"));
        if (isIndexed(spec)) {
            indexed(f, spec);
        } else if (spec.field("completionMode").absent()
                || spec.text("completionMode").equals("NonIndexed")) {
            for (String field : List.of("backoffLimitPerIndex", "maxFailedIndexes")) {
                if (spec.field(field).present()) {
                    f.invalid(spec.field(field), NEEDS_INDEXES);
                }
            }
        }
        JobPolicyValidation.failurePolicy(f, spec);
        JobPolicyValidation.successPolicy(f, spec, NEEDS_INDEXES);
        replacement(f, spec);
        WorkloadValidation.template(f, spec.field("template"));
        restartPolicy(f, spec);
    }

    private static void managedBy(Findings f, Place managedBy) {
        if (managedBy.absent()) {
            return;
        }
        NetworkingValidation.domainPrefixedPath(f, managedBy);
        if (managedBy.text().length() > MANAGED_BY_LIMIT) {
            f.tooLong(managedBy, MANAGED_BY_LIMIT);
        }
    }

    private static void indexed(Findings f, Place spec) {
        Place completions = spec.field("completions");
        Place parallelism = spec.field("parallelism");
        Place failed = spec.field("maxFailedIndexes");
        if (completions.absent()) {
            f.required(completions, "when completion mode is Indexed");
        }
        if (parallelism.number(0) > MAX_PARALLELISM) {
            f.invalid(
                    parallelism,
                    "must be less than or equal to " + MAX_PARALLELISM + " when completion mode is Indexed");
        }
        if (completions.present() && failed.present() && failed.number(0) > completions.number(0)) {
            f.invalid(failed, "must be less than or equal to completions");
        }
        if (failed.number(0) > MAX_FAILED_INDEXES) {
            f.invalid(failed, "must be less than or equal to " + MAX_FAILED_INDEXES);
        }
        if (completions.number(0) <= MANY_COMPLETIONS
                || spec.field("backoffLimitPerIndex").absent()) {
            return;
        }
        if (failed.absent()) {
            f.required(failed, "must be specified when completions is above " + MANY_COMPLETIONS);
        }
        if (parallelism.number(0) > LIMIT_FOR_MANY) {
            f.invalid(parallelism, FOR_MANY);
        }
        if (failed.number(0) > LIMIT_FOR_MANY) {
            f.invalid(failed, FOR_MANY);
        }
    }

    private static void replacement(Findings f, Place spec) {
        boolean policy = spec.field("podFailurePolicy").present();
        Meta.optionalOneOf(
                f,
                spec.field("podReplacementPolicy"),
                policy ? List.of("Failed") : List.of("Failed", "TerminatingOrFailed"));
    }

    private static void restartPolicy(Findings f, Place spec) {
        Place policy = spec.at("template", "spec", "restartPolicy");
        switch (policy.text()) {
            case "", "Always" -> f.required(policy, "valid values: \"OnFailure\", \"Never\"");
            case "OnFailure" -> {
                if (spec.field("podFailurePolicy").present()) {
                    f.invalid(policy, "only \"Never\" is supported when podFailurePolicy is specified");
                }
            }
            case "Never" -> {}
            default -> f.notSupported(policy, policy.text(), List.of("OnFailure", "Never"));
        }
    }
}
