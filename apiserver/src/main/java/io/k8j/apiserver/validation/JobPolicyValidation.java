package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks what Jobs say of when they have failed and when they have succeeded. */
final class JobPolicyValidation {
    private static final int MAX_RULES = 20;
    private static final int MAX_CONDITIONS = 20;
    private static final int MAX_EXIT_CODES = 255;
    private static final int INDEXES_LIMIT = 64 * 1024;
    private static final List<String> ACTIONS = List.of("Count", "FailIndex", "FailJob", "Ignore");

    private JobPolicyValidation() {}

    static void failurePolicy(Findings f, Place spec) {
        Place policy = spec.field("podFailurePolicy");
        if (policy.absent()) {
            return;
        }
        Place rules = policy.field("rules");
        if (rules.size() > MAX_RULES) {
            f.tooMany(rules, rules.size(), MAX_RULES);
        }
        Set<String> names = new HashSet<>();
        for (String list : List.of("containers", "initContainers")) {
            spec.at("template", "spec", list).items().forEach(c -> names.add(c.text("name")));
        }
        rules.items().forEach(rule -> failureRule(f, spec, rule, names));
    }

    private static void failureRule(Findings f, Place spec, Place rule, Set<String> names) {
        Place action = rule.field("action");
        if (action.text().equals("FailIndex")) {
            if (spec.field("backoffLimitPerIndex").absent()) {
                f.invalid(action, "requires the backoffLimitPerIndex to be set");
            }
        } else {
            oneOf(f, action, ACTIONS);
        }
        Place codes = rule.field("onExitCodes");
        Place conditions = rule.field("onPodConditions");
        if (codes.present()) {
            exitCodes(f, codes, names);
        }
        conditions(f, conditions);
        if (codes.present() && !conditions.isEmpty()) {
            withoutValue(f, rule, "specifying both OnExitCodes and OnPodConditions is not supported");
        }
        if (codes.absent() && conditions.isEmpty()) {
            withoutValue(f, rule, "specifying one of OnExitCodes and OnPodConditions is required");
        }
    }

    /** Upstream leaves out what the value is. */
    static void withoutValue(Findings f, Place at, String detail) {
        f.add(new FieldError(FieldError.Type.INVALID, at.path(), "Invalid value: " + detail));
    }

    private static void oneOf(Findings f, Place p, List<String> words) {
        if (p.text().isEmpty()) {
            f.required(p, "valid values: [\"" + String.join("\" \"", words) + "\"]");
        } else {
            Meta.oneOf(f, p, words);
        }
    }

    private static void conditions(Findings f, Place conditions) {
        if (conditions.size() > MAX_CONDITIONS) {
            f.tooMany(conditions, conditions.size(), MAX_CONDITIONS);
        }
        for (Place condition : conditions.items()) {
            Meta.qualifiedName(f, condition.field("type"));
            oneOf(f, condition.field("status"), List.of("False", "True", "Unknown"));
        }
    }

    private static void exitCodes(Findings f, Place codes, Set<String> names) {
        oneOf(f, codes.field("operator"), List.of("In", "NotIn"));
        Place name = codes.field("containerName");
        if (name.present() && !names.contains(name.text())) {
            f.invalid(name, "must be one of the container or initContainer names in the pod template");
        }
        Place values = codes.field("values");
        if (values.isEmpty()) {
            f.invalid(values, "at least one value is required");
        } else if (values.size() > MAX_EXIT_CODES) {
            f.tooMany(values, values.size(), MAX_EXIT_CODES);
        }
        boolean ordered = true;
        long before = Long.MIN_VALUE;
        Set<Long> seen = new HashSet<>();
        for (Place value : values.items()) {
            long code = value.number(0);
            if (code == 0 && codes.text("operator").equals("In")) {
                f.invalid(value, "must not be 0 for the In operator");
            }
            if (!seen.add(code)) {
                f.duplicate(value, code);
            }
            ordered &= before <= code;
            before = code;
        }
        if (!ordered) {
            f.invalid(values, "must be ordered");
        }
    }

    static void successPolicy(Findings f, Place spec, String needsIndexes) {
        Place policy = spec.field("successPolicy");
        if (policy.absent()) {
            return;
        }
        if (!JobValidation.isIndexed(spec)) {
            f.invalid(policy, shown(policy), needsIndexes);
            return;
        }
        Place rules = policy.field("rules");
        if (rules.isEmpty()) {
            f.required(rules, "at least one rules must be specified when the successPolicy is specified");
        }
        if (rules.size() > MAX_RULES) {
            f.tooMany(rules, rules.size(), MAX_RULES);
        }
        long completions = spec.number("completions");
        rules.items().forEach(rule -> successRule(f, rule, completions));
    }

    private static Object shown(Place policy) {
        Place rules = policy.field("rules");
        return java.util.Collections.singletonMap(
                "Rules",
                rules.absent()
                        ? null
                        : rules.items().stream()
                                .map(r -> GoStruct.of(r, "succeededIndexes", "succeededCount"))
                                .toList());
    }

    private static void successRule(Findings f, Place rule, long completions) {
        Place indexes = rule.field("succeededIndexes");
        Place count = rule.field("succeededCount");
        if (indexes.absent() && count.absent()) {
            f.required(rule, "at least one of succeededCount or succeededIndexes must be specified");
        }
        long total = 0;
        if (indexes.present()) {
            if (indexes.text().length() > INDEXES_LIMIT) {
                f.tooLong(indexes, INDEXES_LIMIT);
            }
            JobIndexes.Result result = JobIndexes.read(indexes.text(), completions);
            total = result.total();
            if (result.error() != null) {
                f.invalid(indexes, "error parsing succeededIndexes: " + result.error());
            }
        }
        if (count.absent()) {
            return;
        }
        f.notNegative(count);
        if (count.number(0) > completions) {
            f.invalid(count, "must be less than or equal to " + completions + " (the number of specified completions)");
        }
        if (indexes.present() && count.number(0) > total) {
            f.invalid(
                    count,
                    "must be less than or equal to " + total
                            + " (the number of indexes in the specified succeededIndexes field)");
        }
    }
}
