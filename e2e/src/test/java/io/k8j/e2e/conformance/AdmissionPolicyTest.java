package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** ValidatingAdmissionPolicies. */
class AdmissionPolicyTest extends ConformanceCase {
    private static final String BASE = "/apis/admissionregistration.k8s.io/v1/";

    private void policy(String spec) {
        api.post(BASE + "validatingadmissionpolicies", """
                        metadata: {name: %s}
                        spec:
                          failurePolicy: Fail
                          matchConstraints:
                            namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}
                            resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
                        %s
                        """.formatted(namespace, namespace, spec.indent(2)))
                .ok();
        api.post(
                        BASE + "validatingadmissionpolicybindings",
                        "{metadata: {name: %s}, spec: {policyName: %s, validationActions: [Deny]}}"
                                .formatted(namespace, namespace))
                .ok();
    }

    private void remove() {
        api.delete(BASE + "validatingadmissionpolicybindings/" + namespace).ok();
        api.delete(BASE + "validatingadmissionpolicies/" + namespace).ok();
    }

    private Answer deployment(String name, int replicas) {
        return api.post(
                apis("apps/v1", "deployments"),
                "{metadata: {name: %s}, spec: {replicas: %d, selector: {matchLabels: {a: b}}, %s}}"
                        .formatted(name, replicas, Pods.template("a: b")));
    }

    @Test
    @Conformance("api-machinery/ValidatingAdmissionPolicy/4")
    void aDeploymentIsCheckedByAnExpression() {
        policy(
                "validations: [{expression: object.spec.replicas > 1, messageExpression: \"'wants replicas > 1, got ' + string(object.spec.replicas)\"}]");
        eventually(() -> assertThat(deployment("few", 1).refused(422).message())
                .contains("ValidatingAdmissionPolicy '" + namespace + "'", "wants replicas > 1, got 1"));
        deployment("enough", 2).ok();
        remove();
        deployment("again", 1).ok();
    }

    @Test
    @Conformance("api-machinery/ValidatingAdmissionPolicy/1")
    void expressionsReferToVariables() {
        policy("""
                variables:
                - {name: replicas, expression: object.spec.replicas}
                - {name: oddReplicas, expression: variables.replicas % 2 == 1}
                validations:
                - {expression: variables.replicas > 1}
                - {expression: variables.oddReplicas}
                """);
        eventually(() -> assertThat(deployment("few", 1).refused(422).message())
                .contains("failed expression: variables.replicas > 1"));
        assertThat(deployment("even", 2).refused(422).message()).contains("failed expression: variables.oddReplicas");
        deployment("odd", 3).ok();
        remove();
    }

    @Test
    @Conformance("api-machinery/ValidatingAdmissionPolicy/2")
    void policiesHaveAllVerbs() {
        Lifecycle.discovered(
                api,
                "admissionregistration.k8s.io",
                "v1",
                "validatingadmissionpolicies",
                "validatingadmissionpolicies/status");
        Lifecycle lifecycle = new Lifecycle(api, BASE + "validatingadmissionpolicies", """
                spec:
                  matchConstraints:
                    namespaceSelector: {matchLabels: {never: there}}
                    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
                  validations: [{expression: object.spec.replicas <= 100}]
                """, namespace);
        lifecycle.create("status-" + namespace);
        lifecycle.conditions("status-" + namespace, "status", Map.of("lastTransitionTime", "2026-01-01T00:00:00Z"));
        api.delete(lifecycle.path("status-" + namespace)).ok();
        lifecycle.walk();
    }

    @Test
    @Conformance("api-machinery/ValidatingAdmissionPolicy/3")
    void bindingsHaveAllVerbs() {
        Lifecycle.discovered(api, "admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings");
        new Lifecycle(
                        api,
                        BASE + "validatingadmissionpolicybindings",
                        "spec: {policyName: nobody, validationActions: [Deny]}",
                        namespace)
                .walk();
    }
}
