package io.k8j.e2e.fuzz;

import java.util.List;
import java.util.Map;

/** The vocabulary of hostile expressions. */
final class ExpressionWords {
    static final List<String> EXPRESSIONS = List.of(
            "object",
            "oldObject",
            "request",
            "params",
            "variables.a",
            ".metadata",
            ".name",
            "[0]",
            "['a']",
            "(",
            ")",
            " == ",
            " && ",
            " || ",
            "!",
            " ? ",
            " : ",
            "'a'",
            "\"b\"",
            "1",
            "-9223372036854775808",
            "1.5",
            "1u",
            "b'\\xff'",
            "null",
            "[]",
            "{}",
            "{'a':1}",
            "size(",
            ".size()",
            ".all(x, ",
            ".exists(x, x == ",
            ".map(x, ",
            ".filter(x, ",
            "[1,2,3,4,5,6,7,8,9]",
            ".matches('(a+)+$')",
            ".matches('[')",
            ".format([1])",
            "'%s'",
            "quantity('1Gi')",
            ".isGreaterThan(",
            "ip('1.2.3.4')",
            "cidr('10.0.0.0/8')",
            "url('https://x')",
            ".getHost()",
            ".orValue(",
            ".?a",
            "[?0]",
            "duration('1h')",
            "timestamp('2006-01-02T15:04:05Z')",
            "has(object.metadata)",
            "cel.bind(x, ",
            "type(",
            "dyn(",
            "authorizer",
            ".group('')",
            ".resource('pods')",
            ".check('get')",
            ".allowed()",
            " in ",
            " + ",
            " * ",
            " % ",
            " / ",
            "'a'.repeat",
            "self",
            "\n",
            "//",
            "é");

    private ExpressionWords() {}

    /** A policy and nothing else: it judges only what has the label. */
    static Map<String, Object> policy(String expression) {
        return Map.of(
                "metadata", Map.of("name", "fuzz"),
                "spec",
                        Map.of(
                                "failurePolicy", "Fail",
                                "matchConstraints",
                                        Map.of(
                                                "objectSelector", Map.of("matchLabels", Map.of("judged", "yes")),
                                                "resourceRules",
                                                        List.of(Map.of(
                                                                "apiGroups",
                                                                List.of(""),
                                                                "apiVersions",
                                                                List.of("v1"),
                                                                "operations",
                                                                List.of("*"),
                                                                "resources",
                                                                List.of("configmaps")))),
                                "variables", List.of(Map.of("name", "a", "expression", "object.metadata.name")),
                                "validations", List.of(Map.of("expression", expression))));
    }
}
