package io.k8j.apiserver.admission.expression;

import io.k8j.apiserver.admission.expression.Evaluation.OutOfBudgetException;
import io.k8j.apiserver.admission.expression.Evaluation.Result;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The conditions under which a webhook or a policy looks at a request at all. Immutable. */
public record Conditions(List<Program> programs) {
    /** What they say of a request. */
    public sealed interface Verdict {
        /** All hold. */
        record Match() implements Verdict {}

        /** One does not hold, whatever became of the others. */
        record NoMatch() implements Verdict {}

        /** None says no, but some fail. @param message upstream's, of all of them */
        record Failed(String message) implements Verdict {}
    }

    /** Evaluates them. */
    public Verdict evaluate(Evaluation evaluation) {
        Set<String> failures = new LinkedHashSet<>();
        try {
            boolean excluded = false;
            for (Program program : programs) {
                switch (evaluation.run(program)) {
                    case Result.Value(Object value) -> excluded |= Boolean.FALSE.equals(value);
                    case Result.Failed(String message) -> failures.add(message);
                }
            }
            if (excluded) return new Verdict.NoMatch();
        } catch (OutOfBudgetException e) {
            return new Verdict.Failed(e.getMessage());
        }
        if (failures.isEmpty()) return new Verdict.Match();
        return new Verdict.Failed(
                failures.size() == 1 ? failures.iterator().next() : "[" + String.join(", ", failures) + "]");
    }
}
