package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.auth.RawApi.Answer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Connections go through admission before anybody looks for their target. */
class AdmittedConnectionsTest {
    private static final String GROUP = "/apis/admissionregistration.k8s.io/v1/";

    @Test
    void whatAPolicySaysCountsBeforeTheTargetIsLookedFor() {
        try (RightsCluster cluster = new RightsCluster()) {
            cluster.create(
                    GROUP + "validatingadmissionpolicies",
                    "{metadata: {name: p.example.com}, spec: {matchConstraints: {resourceRules: [{operations: [CONNECT],"
                            + " apiGroups: [''], apiVersions: [v1], resources: [services/proxy]}]}, validations: [{"
                            + "expression: 'false', messageExpression: 'string(object.path)'}]}}");
            cluster.create(
                    GROUP + "validatingadmissionpolicybindings",
                    "{metadata: {name: p.example.com}, spec: {policyName: p.example.com, validationActions: [Deny]}}");
            Awaitility.await().untilAsserted(() -> {
                Answer answer = cluster.api().get("/api/v1/namespaces/default/services/nope/proxy/x?path=y");
                assertThat(answer.message()).endsWith("denied request: /x");
            });
        }
    }
}
