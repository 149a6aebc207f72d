package io.k8j.apiserver.admission.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.apiserver.admission.FakeReader;
import io.k8j.apiserver.admission.Requests;
import io.k8j.apiserver.admission.Services;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.validation.WebhookValidation;
import io.k8j.model.resource.GroupVersionResource;
import org.junit.jupiter.api.Test;

class ValidatingPoliciesTest {
    private static final GroupVersionResource DEPLOYMENTS = new GroupVersionResource("apps", "v1", "deployments");
    private static final String DEPLOYMENT = "{metadata: {name: d, namespace: a}, spec: {replicas: 7}}";

    private static FakeReader policy(String spec, String binding) {
        return new FakeReader()
                .with("namespaces", "{metadata: {name: a, labels: {env: test}}}")
                .with("configmaps", "{metadata: {name: limits, namespace: a}, data: {most: '5'}}")
                .with(
                        "validatingadmissionpolicies.admissionregistration.k8s.io",
                        "{metadata: {name: p}, spec: {matchConstraints: {resourceRules: [{apiGroups: [apps],"
                                + " apiVersions: [v1], operations: [CREATE], resources: [deployments]}]}, " + spec
                                + "}}")
                .with(
                        "validatingadmissionpolicybindings.admissionregistration.k8s.io",
                        "{metadata: {name: b}, spec: {policyName: p, " + binding + "}}");
    }

    private static AdmissionRequest run(FakeReader reader) {
        return Requests.run(
                new ValidatingPolicies(Services.of(reader)), Requests.create(DEPLOYMENTS, "Deployment", DEPLOYMENT));
    }

    @Test
    void anExpressionThatIsFalseRefuses() {
        var reader = policy("validations: [{expression: object.spec.replicas <= 5}]", "validationActions: [Deny]");
        assertThatThrownBy(() -> run(reader))
                .hasMessage("deployments.apps \"d\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied"
                        + " request: failed expression: object.spec.replicas <= 5")
                .extracting("code")
                .isEqualTo(422);
    }

    @Test
    void messagesCanBeComputedFromVariablesAndParameters() {
        var reader = policy(
                "paramKind: {apiVersion: v1, kind: ConfigMap}, variables: [{name: most, expression:"
                        + " int(params.data.most)}], validations: [{expression: object.spec.replicas <= variables.most,"
                        + " messageExpression: \"'at most ' + string(variables.most)\", reason: Forbidden}]",
                "validationActions: [Deny], paramRef: {name: limits, parameterNotFoundAction: Deny}");
        assertThatThrownBy(() -> run(reader))
                .hasMessageEndingWith("denied request: at most 5")
                .extracting("code")
                .isEqualTo(403);
    }

    @Test
    void warningsLetPass() {
        var reader = policy(
                "validations: [{expression: \"namespaceObject.metadata.labels.env != 'test'\", message: not here}]",
                "validationActions: [Warn]");
        assertThat(run(reader).context().warnings())
                .containsExactly("Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': not here");
    }

    @Test
    void conditionsSayWhatIsLookedAt() {
        run(policy(
                "matchConditions: [{name: c, expression: \"request.userInfo.username != 'me'\"}], validations:"
                        + " [{expression: 'false'}]",
                "validationActions: [Deny]"));
        run(policy("validations: [{expression: oldObject == null}]", "validationActions: [Deny]"));
    }

    @Test
    void anExpressionThatFailsRefusesUnlessItMayBeIgnored() {
        String broken = "validations: [{expression: object.spec.nope > 1}]";
        assertThatThrownBy(() -> run(policy(broken, "validationActions: [Deny]")))
                .hasMessageContaining("expression 'object.spec.nope > 1' resulted in error: ");
        run(policy(broken + ", failurePolicy: Ignore", "validationActions: [Deny]"));
    }

    @Test
    void expressionsThatDoNotCompileAreNamed() {
        var policy = io.k8j.apiserver.Yaml.tree("{spec: {failurePolicy: Fail, matchConstraints: {resourceRules:"
                + " [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}, validations:"
                + " [{expression: object.}]}}");
        assertThat(WebhookValidation.validatingPolicy(policy))
                .singleElement()
                .asString()
                .startsWith("spec.validations[0].expression: Invalid value: \"object.\": compilation failed: ");
    }
}
