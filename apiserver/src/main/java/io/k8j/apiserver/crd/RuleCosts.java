package io.k8j.apiserver.crd;

import io.k8j.model.api.FieldError;
import io.k8j.model.cel.Estimate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Adds up what the rules of one schema cost at worst, and refuses too much. */
final class RuleCosts {
    /** For one rule, in CEL's units. */
    private static final long RULE_LIMIT = 10_000_000;

    /** For all rules of a schema. */
    private static final long SCHEMA_LIMIT = 100_000_000;

    private static final int NAMED = 4;

    private record RuleCost(String path, long cost) {}

    private final List<RuleCost> expensive = new ArrayList<>();
    private long total;

    /**
     * Counts an expression.
     *
     * @param what {@code estimated rule cost} or {@code estimated messageExpression cost}
     */
    void add(String path, String what, long cost, List<FieldError> errors) {
        if (cost > RULE_LIMIT) errors.add(FieldError.forbidden(path, words(what, cost, RULE_LIMIT)));
        total = Estimate.sum(total, cost);
        if (cost < SCHEMA_LIMIT / 100) return;
        expensive.add(new RuleCost(path, cost));
        expensive.sort(Comparator.comparingLong(RuleCost::cost).reversed());
        if (expensive.size() > NAMED) expensive.removeLast();
    }

    /** Objects to the sum; {@code path} is the schema's. */
    void checkTotal(String path, List<FieldError> errors) {
        if (total <= SCHEMA_LIMIT) return;
        for (RuleCost rule : expensive) {
            errors.add(FieldError.forbidden(
                    rule.path(),
                    "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema"));
        }
        String what = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
        errors.add(FieldError.forbidden(path, words(what, total, SCHEMA_LIMIT)));
    }

    private static String words(String what, long cost, long limit) {
        double factor = (double) cost / limit;
        String times =
                factor > 100 ? "more than 100x" : String.format(Locale.ROOT, factor < 1.5 ? "%fx" : "%.1fx", factor);
        return what + " exceeds budget by factor of " + times + " (try simplifying the rule, or adding maxItems,"
                + " maxProperties, and maxLength where arrays, maps, and strings are declared)";
    }
}
