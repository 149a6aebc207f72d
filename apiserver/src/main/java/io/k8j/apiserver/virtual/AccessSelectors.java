package io.k8j.apiserver.virtual;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.selector.FieldSelector;
import io.k8j.model.selector.LabelSelector;
import io.k8j.model.selector.Requirement;
import io.k8j.model.selector.Requirement.Operator;
import io.k8j.model.selector.SelectorException;
import io.k8j.model.validation.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The selectors of a review's {@code resourceAttributes}. A part that cannot be read is left out: the question is then about
 * more than what was meant, never about less.
 *
 * @param problems what the review's {@code evaluationError} tells of parts that were left out
 */
record AccessSelectors(List<FieldSelector.Term> fields, List<Requirement> labels, List<String> problems) {
    private static final String RESOURCE = "spec.resourceAttributes";
    private static final String FIELDS = "fieldSelector";
    private static final String LABELS = "labelSelector";

    /** Adds what is wrong with the selectors of a review's spec. */
    static void check(Map<String, Object> spec, List<FieldError> errors) {
        Map<String, Object> resource = Trees.map(spec, "resourceAttributes");
        check(resource, FIELDS, errors);
        check(resource, LABELS, errors);
    }

    private static void check(Map<String, Object> resource, String name, List<FieldError> errors) {
        if (!(resource.get(name) instanceof Map<?, ?> selector)) return;
        String path = RESOURCE + "." + name;
        String raw = text(selector, "rawSelector");
        List<Object> requirements = Trees.list(selector, "requirements");
        if (!raw.isEmpty() && !requirements.isEmpty()) {
            errors.add(FieldError.invalid(
                    path + ".rawSelector", raw, "may not specified at the same time as requirements"));
        }
        if (raw.isEmpty() && requirements.isEmpty()) {
            errors.add(FieldError.required(
                    path + ".requirements",
                    "when %s is specified, requirements or rawSelector is required".formatted(path)));
        }
        for (int i = 0; i < requirements.size(); i++) {
            checkRequirement(requirements.get(i), name, path + ".requirements[" + i + "]", errors);
        }
    }

    // An operator that nobody knows is none of our errors: a newer client may know it.
    private static void checkRequirement(Object requirement, String name, String path, List<FieldError> errors) {
        boolean ofFields = name.equals(FIELDS);
        String key = text(requirement, "key");
        if (ofFields && key.isEmpty()) errors.add(FieldError.required(path + ".key", "must be specified"));
        List<Object> values = Trees.list(requirement, "values");
        switch (text(requirement, "operator")) {
            case "In", "NotIn" -> {
                if (values.isEmpty()) {
                    errors.add(FieldError.required(
                            path + ".values", "must be specified when `operator` is 'In' or 'NotIn'"));
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!values.isEmpty()) {
                    errors.add(FieldError.forbidden(
                            path + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
                }
            }
            default -> {}
        }
        if (ofFields) return;
        for (String wrong : Names.qualifiedName(key)) errors.add(FieldError.invalid(path + ".key", key, wrong));
        for (int i = 0; i < values.size(); i++) {
            String value = String.valueOf(values.get(i));
            for (String wrong : Names.labelValue(value)) {
                errors.add(FieldError.invalid(path + ".values[" + i + "]", value, wrong));
            }
        }
    }

    /** Reads the selectors of checked {@code resourceAttributes}. */
    static AccessSelectors read(Map<String, Object> resource) {
        List<String> problems = new ArrayList<>(0);
        List<FieldSelector.Term> fields = List.of();
        List<Requirement> labels = List.of();
        if (resource.get(FIELDS) instanceof Map<?, ?> selector) {
            fields = readFields(selector, problems);
        }
        if (resource.get(LABELS) instanceof Map<?, ?> selector) {
            labels = readLabels(selector, problems);
        }
        return new AccessSelectors(fields, labels, problems);
    }

    private static List<FieldSelector.Term> readFields(Map<?, ?> selector, List<String> problems) {
        List<Object> requirements = Trees.list(selector, "requirements");
        List<FieldSelector.Term> terms = new ArrayList<>();
        boolean failed = false;
        try {
            if (requirements.isEmpty())
                terms.addAll(FieldSelector.parse(text(selector, "rawSelector")).terms());
        } catch (SelectorException e) {
            failed = true;
        }
        for (Object requirement : requirements) {
            String operator = text(requirement, "operator");
            List<Object> values = Trees.list(requirement, "values");
            boolean known = operator.equals("In") || operator.equals("NotIn");
            if (known && values.size() == 1) {
                terms.add(new FieldSelector.Term(
                        text(requirement, "key"), operator.equals("NotIn"), String.valueOf(values.getFirst())));
            } else {
                failed = true;
            }
        }
        if (failed) problems.add(problem(FIELDS, terms.isEmpty()));
        return terms;
    }

    private static List<Requirement> readLabels(Map<?, ?> selector, List<String> problems) {
        List<Object> requirements = Trees.list(selector, "requirements");
        List<Requirement> all = new ArrayList<>();
        boolean failed = false;
        try {
            if (requirements.isEmpty())
                all.addAll(LabelSelector.parse(text(selector, "rawSelector")).requirements());
        } catch (SelectorException e) {
            failed = true;
        }
        for (Object requirement : requirements) {
            Operator operator = operator(text(requirement, "operator"));
            List<String> values = Trees.list(requirement, "values").stream()
                    .map(String::valueOf)
                    .toList();
            try {
                if (operator == null) failed = true;
                else all.add(Requirement.checked(text(requirement, "key"), operator, values));
            } catch (SelectorException e) {
                failed = true;
            }
        }
        if (failed) problems.add(problem(LABELS, all.isEmpty()));
        return all;
    }

    private static Operator operator(String word) {
        return switch (word) {
            case "In" -> Operator.IN;
            case "NotIn" -> Operator.NOT_IN;
            case "Exists" -> Operator.EXISTS;
            case "DoesNotExist" -> Operator.DOES_NOT_EXIST;
            default -> null;
        };
    }

    private static String problem(String name, boolean wholly) {
        return RESOURCE + "." + name + (wholly ? " ignored" : " partially ignored") + " due to parse error";
    }

    private static String text(Object tree, String field) {
        return Trees.get(tree, field) instanceof String s ? s : "";
    }
}
