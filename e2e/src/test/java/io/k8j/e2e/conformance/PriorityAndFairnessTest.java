package io.k8j.e2e.conformance;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The resources of API priority and fairness. */
class PriorityAndFairnessTest extends ConformanceCase {
    private static final String BASE = "/apis/flowcontrol.apiserver.k8s.io/v1/";

    @Test
    @Conformance("api-machinery/APIPriorityAndFairness/1")
    void flowSchemasHaveAllVerbs() {
        Lifecycle.discovered(api, "flowcontrol.apiserver.k8s.io", "v1", "flowschemas", "flowschemas/status");
        walk("flowschemas", """
                spec:
                  matchingPrecedence: 10000
                  priorityLevelConfiguration: {name: global-default}
                  distinguisherMethod: {type: ByUser}
                  rules:
                  - subjects: [{kind: User, user: {name: example-e2e-non-existent-user}}]
                    nonResourceRules: [{verbs: ['*'], nonResourceURLs: ['*']}]
                """);
    }

    @Test
    @Conformance("api-machinery/APIPriorityAndFairness/2")
    void priorityLevelsHaveAllVerbs() {
        Lifecycle.discovered(
                api,
                "flowcontrol.apiserver.k8s.io",
                "v1",
                "prioritylevelconfigurations",
                "prioritylevelconfigurations/status");
        walk("prioritylevelconfigurations", """
                spec:
                  type: Limited
                  limited: {nominalConcurrencyShares: 2, limitResponse: {type: Reject}}
                """);
    }

    private void walk(String resource, String yaml) {
        Lifecycle lifecycle = new Lifecycle(api, BASE + resource, yaml, namespace);
        lifecycle.create("status-" + namespace);
        lifecycle.conditions("status-" + namespace, "status", Map.of());
        api.delete(lifecycle.path("status-" + namespace)).ok();
        lifecycle.walk();
    }
}
