package io.k8j.apiserver.crd;

import io.k8j.model.json.Trees;
import java.util.LinkedHashMap;
import java.util.Map;

/** One of a schema's {@code x-kubernetes-validations}; what is not given is empty. */
record Rule(
        String rule,
        String message,
        String messageExpression,
        String reason,
        String fieldPath,
        Boolean optionalOldSelf) {
    static Rule of(Object tree) {
        return new Rule(
                text(tree, "rule"),
                text(tree, "message"),
                text(tree, "messageExpression"),
                text(tree, "reason"),
                text(tree, "fieldPath"),
                Trees.get(tree, "optionalOldSelf") instanceof Boolean b ? b : null);
    }

    private static String text(Object tree, String field) {
        return tree instanceof Map<?, ?> map && map.get(field) instanceof String s ? s : "";
    }

    boolean oldSelfIsOptional() {
        return Boolean.TRUE.equals(optionalOldSelf);
    }

    /** What errors call the rule. */
    String words() {
        return (message.isEmpty() ? rule : message).strip();
    }

    /** What a failure says if no expression says it better. */
    String failure() {
        return message.isEmpty() ? "failed rule: " + words() : message.strip();
    }

    /** The rule as upstream's messages show it: its inner form, with fields that are not given. */
    Map<String, Object> shown() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("Rule", rule);
        tree.put("Message", message);
        tree.put("MessageExpression", messageExpression);
        tree.put("Reason", reason.isEmpty() ? null : reason);
        tree.put("FieldPath", fieldPath);
        tree.put("OptionalOldSelf", optionalOldSelf);
        return tree;
    }
}
