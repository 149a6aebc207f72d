package io.k8j.model.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.types.CelType;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.util.Map;

/** A compiled expression. Immutable; safe for all threads. */
public final class Expression {
    private final CelAbstractSyntaxTree ast;
    private final CelRuntime.Program program;
    private final Estimate cost;

    /** What came of one evaluation. */
    public sealed interface Outcome {
        /** What it cost, in CEL's units, at least 0. */
        long cost();

        /** It gave a value: a Java object as CEL has them, {@code Long} for {@code int} and so on. */
        record Value(Object value, long cost) implements Outcome {}

        /** It failed; {@code message} is upstream's, {@code no such key: x}. */
        record Failed(String message, long cost) implements Outcome {}

        /** It was ended because it cost more than the limit. */
        record TooExpensive(long cost) implements Outcome {}
    }

    Expression(CelAbstractSyntaxTree ast, CelRuntime.Program program, Estimate cost) {
        this.ast = ast;
        this.program = program;
        this.cost = cost;
    }

    /** The type of its value. */
    public CelType type() {
        return ast.getResultType();
    }

    /** The parsed and checked expression. */
    public CelAbstractSyntaxTree ast() {
        return ast;
    }

    /** What an evaluation costs by estimate, if variables keep to the bounds of the environment. */
    public Estimate cost() {
        return cost;
    }

    /** Whether a variable or function is asked for. */
    public boolean uses(String name) {
        return ast.getReferenceMap().values().stream()
                .anyMatch(reference -> reference.name().equals(name));
    }

    /**
     * Runs it.
     *
     * @param variables CEL values by name; {@link Values#ofTree} makes them
     * @param limit what it may cost at most, in CEL's units
     */
    public Outcome evaluate(Map<String, ?> variables, long limit) {
        CostMeter meter = new CostMeter(limit);
        try {
            Object value = program.trace(variables, meter);
            return meter.cost() > limit
                    ? new Outcome.TooExpensive(meter.cost())
                    : new Outcome.Value(value, meter.cost());
        } catch (CostMeter.ExceededException e) {
            return new Outcome.TooExpensive(meter.cost());
        } catch (CelEvaluationException e) {
            if (meter.cost() > limit || isExceeded(e)) return new Outcome.TooExpensive(meter.cost());
            return new Outcome.Failed(Failures.words(e), meter.cost());
        }
    }

    private static boolean isExceeded(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof CostMeter.ExceededException) return true;
        }
        return false;
    }
}
