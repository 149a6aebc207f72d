package io.k8j.apiserver.admission.policy;

import io.k8j.apiserver.admission.expression.Conditions;
import io.k8j.apiserver.admission.expression.Conditions.Verdict;
import io.k8j.apiserver.admission.expression.Evaluation;
import io.k8j.apiserver.admission.expression.Evaluation.OutOfBudgetException;
import io.k8j.apiserver.admission.expression.Evaluation.Result;
import io.k8j.apiserver.admission.expression.Program;
import io.k8j.apiserver.cel.MadeObject;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.cel.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A validating policy ready for use. Immutable. */
final class ValidatingPolicy {
    private final boolean ignoresFailures;
    private final Map<String, Program> variables;
    private final Conditions conditions;
    private final List<Validation> validations;
    private final List<Annotation> annotations;

    private record Validation(Program rule, Program message, Place place) {}

    private record Annotation(String key, Program value) {}

    /**
     * What the policy says of a request.
     *
     * @param decisions one for each validation; one alone if it could not be evaluated as a whole
     * @param notes for the audit log, by key, in order; a null key with a refusal
     */
    record Outcome(List<Decision> decisions, List<Note> notes) {
        static final Outcome NOTHING = new Outcome(List.of(), List.of());
    }

    /** What one validation says. */
    sealed interface Decision {
        record Admit() implements Decision {}

        /** It could not be evaluated, and that may be ignored. */
        record Ignored(String message) implements Decision {}

        /** @param errorType as metrics have it: {@code no_error} if the validation simply does not hold */
        record Deny(String message, String reason, String errorType) implements Decision {}
    }

    /** An annotation for the audit log, or why it cannot be made. */
    sealed interface Note {
        record Publish(String key, String value) implements Note {}

        record Failed(String message) implements Note {}
    }

    private ValidatingPolicy(
            boolean ignoresFailures,
            Map<String, Program> variables,
            Conditions conditions,
            List<Validation> validations,
            List<Annotation> annotations) {
        this.ignoresFailures = ignoresFailures;
        this.variables = variables;
        this.conditions = conditions;
        this.validations = validations;
        this.annotations = annotations;
    }

    static ValidatingPolicy of(Place spec) {
        PolicyPrograms programs = new PolicyPrograms(spec);
        List<Validation> validations = new ArrayList<>();
        for (Place v : spec.field("validations").items()) {
            String message = v.text("messageExpression");
            validations.add(new Validation(
                    programs.condition(v.text("expression")), message.isEmpty() ? null : programs.message(message), v));
        }
        List<Annotation> annotations = spec.field("auditAnnotations").items().stream()
                .map(a -> new Annotation(a.text("key"), programs.annotation(a.text("valueExpression"))))
                .toList();
        return new ValidatingPolicy(
                spec.text("failurePolicy").equals("Ignore"),
                programs.variables(),
                programs.conditions(spec),
                validations,
                annotations);
    }

    /**
     * Evaluates the policy.
     *
     * @param values of all variables but the policy's own, the authorizer included
     * @param quiet the same without the authorizer
     */
    Outcome evaluate(Map<String, Object> values, Map<String, Object> quiet) {
        if (!conditions.programs().isEmpty()) {
            switch (conditions.evaluate(new Evaluation(values, variables, Limits.MATCH_CONDITIONS_BUDGET))) {
                case Verdict.Match match -> {}
                case Verdict.NoMatch no -> {
                    return Outcome.NOTHING;
                }
                case Verdict.Failed(String message) -> {
                    return ignoresFailures ? Outcome.NOTHING : whole(message, "invalid_error");
                }
            }
        }
        List<Decision> decisions;
        try {
            decisions = validate(values, quiet);
        } catch (OutOfBudgetException e) {
            return whole(e.getMessage(), "out_of_budget");
        }
        try {
            return new Outcome(decisions, notes(quiet));
        } catch (OutOfBudgetException e) {
            return whole(e.getMessage(), "out_of_budget");
        }
    }

    private Outcome whole(String message, String errorType) {
        return new Outcome(List.of(failed(message, errorType)), List.of());
    }

    private Decision failed(String message, String errorType) {
        return ignoresFailures ? new Decision.Ignored(message) : new Decision.Deny(message, "", errorType);
    }

    private List<Decision> validate(Map<String, Object> values, Map<String, Object> quiet) throws OutOfBudgetException {
        Evaluation evaluation = new Evaluation(values, variables, Limits.BUDGET);
        List<Result> results = new ArrayList<>(validations.size());
        boolean allHold = true;
        for (Validation v : validations) {
            Result result = evaluation.run(v.rule);
            allHold &= result instanceof Result.Value(Object value) && Boolean.TRUE.equals(value);
            results.add(result);
        }
        List<Decision> decisions = new ArrayList<>(validations.size());
        if (allHold) {
            validations.forEach(v -> decisions.add(new Decision.Admit()));
            return decisions;
        }
        List<Result> messages = messages(new Evaluation(quiet, variables, evaluation.budget()));
        for (int i = 0; i < results.size(); i++)
            decisions.add(decision(validations.get(i), results.get(i), messages, i));
        return decisions;
    }

    private Decision decision(Validation v, Result result, List<Result> messages, int index) {
        return switch (result) {
            case Result.Failed(String message) ->
                failed(message, v.rule.fault() == null ? "invalid_error" : "compile_error");
            case Result.Value value
            when messages == null ->
                failed("failed messageExpression: " + OutOfBudgetException.MESSAGE, "out_of_budget");
            case Result.Value(Object value) when Boolean.TRUE.equals(value) -> new Decision.Admit();
            case Result.Value value -> {
                String reason = v.place.text("reason");
                String text = text(v.place, messages.get(index));
                yield new Decision.Deny(text, reason.isEmpty() ? "Invalid" : reason, "no_error");
            }
        };
    }

    /** The computed messages, null where there is none; null if they cost too much. */
    private List<Result> messages(Evaluation evaluation) {
        List<Result> messages = new ArrayList<>(validations.size());
        try {
            for (Validation v : validations) messages.add(v.message == null ? null : evaluation.run(v.message));
            return messages;
        } catch (OutOfBudgetException e) {
            return null;
        }
    }

    /** The computed message if it is usable, else the plain one, else the expression. */
    private static String text(Place validation, Result computed) {
        if (computed instanceof Result.Value(Object value) && value instanceof String text) {
            String message = text.strip();
            boolean usable = !message.isEmpty()
                    && message.getBytes(StandardCharsets.UTF_8).length <= Limits.MAX_MESSAGE
                    && !message.contains("\n");
            if (usable) return message;
        }
        String plain = validation.text("message").strip();
        return plain.isEmpty()
                ? "failed expression: " + validation.text("expression").strip()
                : plain;
    }

    private List<Note> notes(Map<String, Object> quiet) throws OutOfBudgetException {
        if (annotations.isEmpty()) return List.of();
        Evaluation evaluation = new Evaluation(quiet, variables, Limits.BUDGET);
        List<Note> notes = new ArrayList<>();
        for (Annotation annotation : annotations) {
            switch (evaluation.run(annotation.value)) {
                case Result.Failed(String message) -> {
                    if (!ignoresFailures) notes.add(new Note.Failed(message));
                }
                case Result.Value(Object value)
                when value instanceof String text -> {
                    if (!text.isBlank()) notes.add(new Note.Publish(annotation.key, text.strip()));
                }
                case Result.Value(Object value) when MadeObject.isNull(value) -> {}
                case Result.Value(Object value) ->
                    notes.add(new Note.Failed(
                            "valueExpression '%s' resulted in unsupported return type: %s. Return type must be either string or null."
                                    .formatted(
                                            annotation.value.text(),
                                            value.getClass().getSimpleName())));
            }
        }
        return notes;
    }
}
