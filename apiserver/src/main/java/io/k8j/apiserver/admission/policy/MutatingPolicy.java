package io.k8j.apiserver.admission.policy;

import io.k8j.apiserver.admission.expression.Conditions;
import io.k8j.apiserver.admission.expression.Evaluation;
import io.k8j.apiserver.admission.expression.Evaluation.OutOfBudgetException;
import io.k8j.apiserver.admission.expression.Evaluation.Result;
import io.k8j.apiserver.admission.expression.Program;
import io.k8j.apiserver.cel.MadeObject;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.apply.ApplyConfigurations;
import io.k8j.model.apply.ApplyConfigurations.RefusedException;
import io.k8j.model.cel.Limits;
import io.k8j.model.json.Trees;
import io.k8j.model.patch.JsonPatch;
import io.k8j.model.patch.PatchException;
import io.k8j.model.schema.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A mutating policy ready for use. Immutable.
 *
 * @param isAskedAgain whether it runs again if something after it changes the object
 */
record MutatingPolicy(
        Map<String, Program> variables, Conditions conditions, List<Mutation> mutations, boolean isAskedAgain) {
    /** One change. @param patch whether it is a JSON patch and no apply configuration */
    record Mutation(boolean patch, Program program) {}

    /** A change cannot be made; the message is upstream's. */
    static final class FailedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String errorType;

        FailedException(String message, String errorType) {
            super(message);
            this.errorType = errorType;
        }

        /** As metrics have it. */
        String errorType() {
            return errorType;
        }
    }

    static MutatingPolicy of(Place spec) {
        PolicyPrograms programs = new PolicyPrograms(spec);
        List<Mutation> mutations = new ArrayList<>();
        for (Place m : spec.field("mutations").items()) {
            boolean patch = m.text("patchType").equals("JSONPatch");
            String text = m.at(patch ? "jsonPatch" : "applyConfiguration", "expression")
                    .text();
            mutations.add(new Mutation(patch, patch ? programs.patch(text) : programs.configuration(text)));
        }
        return new MutatingPolicy(
                programs.variables(),
                programs.conditions(spec),
                mutations,
                spec.text("reinvocationPolicy").equals("IfNeeded"));
    }

    /**
     * The object after one change.
     *
     * @param object in the version that the policy sees; not changed
     * @param values of all variables but the policy's own
     * @param schema of the object
     */
    Map<String, Object> apply(Mutation mutation, Map<String, Object> object, Map<String, Object> values, Schema schema)
            throws FailedException {
        if (mutation.program.fault() != null) throw new FailedException(mutation.program.fault(), "compilation_error");
        Object made = run(mutation.program, values);
        try {
            return mutation.patch ? patched((List<?>) made, object) : configured((MadeObject) made, object, schema);
        } catch (IllegalArgumentException e) {
            throw new FailedException(
                    "JSONPath valueExpression evaluated to a type that could not marshal to JSON: " + e.getMessage(),
                    "invalid_error");
        }
    }

    private Object run(Program program, Map<String, Object> values) throws FailedException {
        try {
            return switch (new Evaluation(values, variables, Limits.BUDGET).run(program)) {
                case Result.Value(Object value) -> value;
                case Result.Failed(String message) -> throw new FailedException(message, "invalid_error");
            };
        } catch (OutOfBudgetException e) {
            throw new FailedException(e.getMessage(), "out_of_budget");
        }
    }

    private static void checkNames(Object value) throws FailedException {
        if (!(value instanceof MadeObject made) || made.type().equals("JSONPatch")) return;
        List<String> faults = made.misnamed(made.type());
        if (!faults.isEmpty())
            throw new FailedException("type mismatch: " + String.join("\n", faults), "invalid_error");
    }

    private static Map<String, Object> patched(List<?> operations, Map<String, Object> object) throws FailedException {
        List<Object> patch = new ArrayList<>();
        for (Object item : operations) {
            MadeObject made = (MadeObject) item;
            Map<String, Object> operation = new LinkedHashMap<>();
            for (String field : List.of("op", "path", "from")) {
                if (made.field(field) instanceof String text && (!text.isEmpty() || !field.equals("from"))) {
                    operation.put(field, text);
                }
            }
            operation.putIfAbsent("op", "");
            operation.putIfAbsent("path", "");
            Object value = made.field("value");
            if (value != null) {
                checkNames(value);
                operation.put("value", MadeObject.tree(value));
            }
            patch.add(operation);
        }
        try {
            return JsonPatch.parse(patch).apply(Trees.deepCopy(object));
        } catch (PatchException e) {
            // A patch whose test fails is not applied, and nothing is wrong with that.
            if (e.getMessage().endsWith("test failed")) return object;
            throw new FailedException("JSON Patch: " + e.getMessage(), "invalid_error");
        }
    }

    private static Map<String, Object> configured(MadeObject made, Map<String, Object> object, Schema schema)
            throws FailedException {
        checkNames(made);
        Map<String, Object> configuration = new LinkedHashMap<>();
        configuration.put("apiVersion", object.get("apiVersion"));
        configuration.put("kind", object.get("kind"));
        if (MadeObject.tree(made) instanceof Map<?, ?> tree) {
            Trees.asMap(tree).forEach(configuration::putIfAbsent);
        }
        try {
            return ApplyConfigurations.merge(object, configuration, schema);
        } catch (RefusedException e) {
            throw new FailedException("error applying patch: " + e.getMessage(), "invalid_error");
        }
    }
}
