package io.k8j.apiserver.admission.expression;

import dev.cel.common.exceptions.CelInvalidArgumentException;
import io.k8j.model.cel.Expression.Outcome;
import io.k8j.model.cel.Limits;
import java.util.AbstractMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Runs programs over the values of a request, within a budget. One thread uses it. */
public final class Evaluation {
    private final Map<String, Object> values;
    private long budget;
    private long ofVariables;

    /** The budget is spent: nothing more is run. */
    public static final class OutOfBudgetException extends Exception {
        /** What upstream says then. */
        public static final String MESSAGE =
                "validation failed due to running out of cost budget, no further validation rules will be run";

        private static final long serialVersionUID = 1L;

        OutOfBudgetException() {
            super(MESSAGE);
        }
    }

    /** What came of one program. */
    public sealed interface Result {
        /** Its value. */
        record Value(Object value) implements Result {}

        /** It failed, in upstream's words. */
        record Failed(String message) implements Result {}
    }

    /**
     * An evaluation.
     *
     * @param values of all variables but the policy's own
     * @param variables the policy's own in their order; null if expressions have none
     * @param budget what all programs together may cost
     */
    public Evaluation(Map<String, Object> values, Map<String, Program> variables, long budget) {
        this.values = new LinkedHashMap<>(values);
        if (variables != null) this.values.put("variables", new Variables(variables));
        this.budget = budget;
    }

    /** What is left of the budget. */
    public long budget() {
        return budget;
    }

    /** Runs a program. */
    public Result run(Program program) throws OutOfBudgetException {
        if (program.fault() != null) return new Result.Failed("compilation error: " + program.fault());
        Outcome outcome = program.expression().evaluate(values, Limits.PER_CALL);
        pay(ofVariables);
        ofVariables = 0;
        pay(outcome.cost());
        String failed = "expression '" + program.text() + "' resulted in error: ";
        return switch (outcome) {
            case Outcome.Value(Object value, long cost) -> new Result.Value(value);
            case Outcome.Failed(String message, long cost) -> new Result.Failed(failed + message);
            case Outcome.TooExpensive tooExpensive ->
                new Result.Failed(failed + "operation cancelled: actual cost limit exceeded");
        };
    }

    private void pay(long cost) throws OutOfBudgetException {
        if (cost > budget) throw new OutOfBudgetException();
        budget -= cost;
    }

    /** A policy's variables: each is computed when it is first asked for, which may be never. */
    private final class Variables extends AbstractMap<String, Object> {
        private final Map<String, Program> programs;
        private final Map<String, Object> known = new HashMap<>();

        Variables(Map<String, Program> programs) {
            this.programs = programs;
        }

        @Override
        public boolean containsKey(Object name) {
            return programs.containsKey(name);
        }

        @Override
        public Object get(Object name) {
            Object value = known.get(name);
            if (value == null) {
                value = compute((String) name);
                known.put((String) name, value);
            }
            if (value instanceof Result.Failed(String message)) throw new CelInvalidArgumentException(message);
            return value;
        }

        private Object compute(String name) {
            Program program = programs.get(name);
            if (program.fault() != null) {
                return new Result.Failed(
                        "composited variable \"%s\" fails to compile: %s".formatted(name, program.fault()));
            }
            Outcome outcome = program.expression().evaluate(values, Limits.PER_CALL);
            ofVariables += outcome.cost();
            String failed = "composited variable \"%s\" fails to evaluate: ".formatted(name);
            return switch (outcome) {
                case Outcome.Value(Object value, long cost) -> value;
                case Outcome.Failed(String message, long cost) -> new Result.Failed(failed + message);
                case Outcome.TooExpensive tooExpensive ->
                    new Result.Failed(failed + "operation cancelled: actual cost limit exceeded");
            };
        }

        /** Nobody may go through the variables, for that would compute them all; expressions only ask by name. */
        @Override
        public Set<Entry<String, Object>> entrySet() {
            return Set.of();
        }
    }
}
