package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** ValidatingAdmissionPolicies through the API. */
class ValidatingPolicyTest {
    private static final String GROUP = "admissionregistration.k8s.io/v1/";
    private static final String MAPS =
            "matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: ['*'], operations: ['*'], resources:"
                    + " [configmaps]}]}";

    private final AdmittingServer server = new AdmittingServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private void policy(String spec) {
        server.create(GROUP + "validatingadmissionpolicies", "{metadata: {name: p}, spec: {" + spec + "}}");
    }

    private void bind(String name, String more) {
        server.create(
                GROUP + "validatingadmissionpolicybindings",
                "{metadata: {name: " + name + "}, spec: {policyName: p, " + more + "}}");
    }

    private static String map(String name, String data) {
        return "{metadata: {name: " + name + "}, data: {" + data + "}}";
    }

    record Case(String name, String validations, String data, String message) {}

    static List<Case> cases() {
        String over = "validation failed due to running out of cost budget, no further validation rules will be run";
        return List.of(
                new Case("what holds is let pass", "[{expression: object.data.a == 'x'}]", "a: x", ""),
                new Case(
                        "an expression tells itself",
                        "[{expression: object.data.a == 'x'}]",
                        "a: y",
                        "failed expression: object.data.a == 'x'"),
                new Case(
                        "a message is told instead",
                        "[{expression: object.data.a == 'x', message: ' must be x '}]",
                        "a: y",
                        "must be x"),
                new Case(
                        "a computed message goes before a plain one",
                        "[{expression: object.data.a == 'x', message: m, messageExpression: \"'not ' +"
                                + " object.data.a\"}]",
                        "a: y",
                        "not y"),
                new Case(
                        "a message of two lines is none",
                        "[{expression: object.data.a == 'x', message: m, messageExpression: \"'a\\\\nb'\"}]",
                        "a: y",
                        "m"),
                new Case(
                        "a message that fails is none",
                        "[{expression: object.data.a == 'x', message: m, messageExpression: string(object.data.zz)}]",
                        "a: y",
                        "m"),
                new Case(
                        "an expression that fails refuses",
                        "[{expression: object.data.b == 'x'}]",
                        "a: y",
                        "expression 'object.data.b == 'x'' resulted in error: no such key: b"),
                new Case(
                        "one call may not cost too much",
                        "[{expression: \"[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b,"
                                + " [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d,"
                                + " [1,2,3,4,5,6,7,8,9,10].all(e, a+b+c+d+e < 100)))))\"}]",
                        "a: y",
                        "resulted in error: operation cancelled: actual cost limit exceeded"),
                new Case(
                        "all calls may not cost too much together",
                        "[{expression: \"" + "true".concat(" && authorizer.path('/x').check('get').allowed()".repeat(2))
                                + "\"}"
                                + (", {expression: \"true"
                                                + " && authorizer.path('/x').check('get').allowed()".repeat(2) + "\"}")
                                        .repeat(14)
                                + "]",
                        "a: y",
                        over),
                new Case(
                        "the user's rights can be asked for",
                        "[{expression:"
                                + " \"authorizer.group('').resource('secrets').namespace('rec').check('delete').allowed()\"}]",
                        "a: y",
                        "failed expression: authorizer"),
                new Case(
                        "a question can be narrowed by selectors",
                        "[{expression:"
                                + " \"authorizer.group('').resource('secrets').fieldSelector('type=mine')"
                                + ".labelSelector('team in (blue, red)').check('delete').allowed()\"}]",
                        "a: y",
                        ""),
                new Case(
                        "a selector that cannot be read narrows nothing",
                        "[{expression:"
                                + " \"authorizer.group('').resource('secrets').fieldSelector('type=mine')"
                                + ".labelSelector('team in').check('delete').allowed()\"}]",
                        "a: y",
                        "failed expression: authorizer"),
                new Case(
                        "the rights to the request's own resource can be asked for",
                        "[{expression: \"authorizer.requestResource.check('patch').allowed()\"}]",
                        "a: y",
                        ""),
                new Case(
                        "the namespace is known",
                        "[{expression: \"namespaceObject.metadata.labels.ns == 'rec'\"}]",
                        "a: y",
                        ""),
                new Case(
                        "the request is known",
                        "[{expression: \"request.operation == 'CREATE' && request.name == 'm' && request.namespace =="
                                + " 'rec' && request.userInfo.username == 'admin' && request.resource.resource =="
                                + " 'configmaps' && request.kind.kind == 'ConfigMap' && oldObject == null &&"
                                + " !has(request.subResource)\"}]",
                        "a: y",
                        ""));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void validationsDecide(Case c) {
        policy(MAPS + ", validations: " + c.validations());
        bind("b", "validationActions: [Deny]");
        if (c.message().isEmpty()) {
            server.create("v1/configmaps", map("m", c.data()));
            return;
        }
        ApiException refusal = server.refusal("v1/configmaps", map("m", c.data()));
        assertThat(refusal.getMessage())
                .as(c.name())
                .startsWith("configmaps \"m\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied"
                        + " request: ")
                .contains(c.message());
        assertThat(refusal.code()).isEqualTo(422);
        assertThat(refusal.reason()).isEqualTo("Invalid");
    }

    @Test
    void theReasonDecidesTheCode() {
        policy(MAPS + ", validations: [{expression: 'false', reason: Forbidden, message: no}]");
        bind("b", "validationActions: [Deny]");
        ApiException refusal = server.refusal("v1/configmaps", map("m", ""));
        assertThat(refusal.code()).isEqualTo(403);
        assertThat(refusal.reason()).isEqualTo("Forbidden");
        assertThat(Trees.list(refusal.details(), "causes"))
                .containsExactly(
                        Map.of("message", "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no"));
        assertThat(server.metric("apiserver_validating_admission_policy_check_total"))
                .endsWith("{policy=\"p\",policy_binding=\"b\",error_type=\"no_error\",enforcement_action=\"deny\"} 1");
    }

    @Test
    void bindingsWarnAndRecord() {
        policy(MAPS + ", validations: [{expression: 'true'}, {expression: 'false', message: no}], auditAnnotations:"
                + " [{key: who, valueExpression: \"'by ' + request.userInfo.username\"}, {key: none, valueExpression:"
                + " 'null'}]");
        bind("b", "validationActions: [Warn, Audit]");
        assertThat(server.warnings("v1/configmaps", map("m", "")))
                .containsExactly("Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': no");
        assertThat(server.annotations.getLast())
                .containsEntry("p/who", "by admin")
                .doesNotContainKey("p/none")
                .containsEntry(
                        "validation.policy.admission.k8s.io/validation_failure",
                        "[{\"message\":\"no\",\"policy\":\"p\",\"binding\":\"b\",\"expressionIndex\":1,\"validationActions\":[\"Warn\",\"Audit\"]}]");
    }

    @Test
    void variablesAreComputedWhenSomebodyAsksAndMayBuildOnEachOther() {
        policy(MAPS
                + ", variables: [{name: n, expression: int(object.data.n)}, {name: twice, expression: variables.n * 2},"
                + " {name: broken, expression: object.data.zz}], validations: [{expression: variables.twice <= 10,"
                + " messageExpression: \"string(variables.twice) + ' is too much'\"}, {expression: \"true ||"
                + " variables.broken == 'x'\"}]");
        bind("b", "validationActions: [Deny]");
        server.create("v1/configmaps", map("five", "n: '5'"));
        assertThat(server.refusal("v1/configmaps", map("six", "n: '6'")).getMessage())
                .endsWith(": 12 is too much");
        assertThat(server.refusal("v1/configmaps", map("no", "n: x")).getMessage())
                .contains("resulted in error: composited variable \"twice\" fails to evaluate: ");
    }

    @Test
    void matchConditionsLetRequestsPassBy() {
        policy(MAPS
                + ", matchConditions: [{name: not-me, expression: \"object.metadata.name != 'skip-me'\"}], validations:"
                + " [{expression: 'false'}]");
        bind("b", "validationActions: [Deny]");
        server.create("v1/configmaps", map("skip-me", ""));
        server.refusal("v1/configmaps", map("other", ""));
    }

    @Test
    void failuresMayBeIgnored() {
        policy("failurePolicy: Ignore, " + MAPS
                + ", validations: [{expression: object.data.zz == 'x'}, {expression: object.data.a == 'x'}]");
        bind("b", "validationActions: [Deny]");
        server.create("v1/configmaps", map("good", "a: x"));
        assertThat(server.refusal("v1/configmaps", map("bad", "a: y")).getMessage())
                .endsWith("failed expression: object.data.a == 'x'");
    }

    @Test
    void rulesMayExcludeAndNameResources() {
        policy("matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE],"
                + " resources: [configmaps]}], excludeResourceRules: [{apiGroups: [''], apiVersions: [v1],"
                + " operations: ['*'], resources: ['*'], resourceNames: [free]}], objectSelector:"
                + " {matchExpressions: [{key: free, operator: DoesNotExist}]}, namespaceSelector: {matchLabels:"
                + " {ns: rec}}}, validations: [{expression: 'false'}]");
        bind("b", "validationActions: [Deny]");
        server.create("v1/configmaps", map("free", ""));
        server.create("v1/configmaps", "{metadata: {name: labelled, labels: {free: 'yes'}}}");
        server.create("v1/secrets", "{metadata: {name: s}}");
        server.refusal("v1/configmaps", map("caught", ""));
    }

    @Test
    void parametersAreFoundByNameOrSelector() {
        policy("paramKind: {apiVersion: v1, kind: ConfigMap}, matchConstraints: {resourceRules: [{apiGroups: [apps],"
                + " apiVersions: [v1], operations: [CREATE], resources: [deployments]}]}, validations: [{expression:"
                + " object.spec.replicas <= int(params.data.most)}]");
        bind("b", "validationActions: [Deny], paramRef: {name: limits, parameterNotFoundAction: Deny}");
        String deployment =
                "{metadata: {name: d}, spec: {replicas: 7, selector: {matchLabels: {a: b}}, template: {metadata:"
                        + " {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}";
        assertThat(server.refusal("apps/v1/deployments", deployment).getMessage())
                .endsWith("failed to configure binding: no params found for policy binding with `Deny`"
                        + " parameterNotFoundAction");
        server.create("v1/configmaps", map("limits", "most: '5'"));
        assertThat(server.refusal("apps/v1/deployments", deployment).getMessage())
                .endsWith("failed expression: object.spec.replicas <= int(params.data.most)");
        server.server.delete(GROUP + "validatingadmissionpolicybindings", "b", "");
        bind(
                "all",
                "validationActions: [Deny], paramRef: {selector: {matchLabels: {limit: 'yes'}},"
                        + " parameterNotFoundAction: Allow}");
        server.create("apps/v1/deployments", deployment);
        server.create("v1/configmaps", "{metadata: {name: tight, labels: {limit: 'yes'}}, data: {most: '6'}}");
        server.refusal("apps/v1/deployments", deployment.replace("name: d}", "name: e}"));
    }

    @Test
    void customResourcesCanBeParameters() {
        server.create(
                "apiextensions.k8s.io/v1/customresourcedefinitions",
                "{metadata: {name: limits.a.b}, spec: {group: a.b, scope: Cluster, names: {plural: limits, kind:"
                        + " Limit}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type:"
                        + " object, properties: {most: {type: integer}}}}}]}}");
        Awaitility.await().until(() -> server.server.core.table().get(TestServer.gvr("a.b/v1/limits")) != null);
        policy("paramKind: {apiVersion: a.b/v1, kind: Limit}, " + MAPS
                + ", validations: [{expression: size(object.data) <= params.most}]");
        bind("b", "validationActions: [Deny], paramRef: {name: l, parameterNotFoundAction: Allow}");
        server.create("v1/configmaps", map("before", "a: x, b: y"));
        server.create("a.b/v1/limits", "{apiVersion: a.b/v1, kind: Limit, metadata: {name: l}, most: 1}");
        server.refusal("v1/configmaps", map("after", "a: x, b: y"));
    }

    @Test
    void anUnknownKindOfParametersRefuses() {
        policy("paramKind: {apiVersion: a.b/v1, kind: Nothing}, " + MAPS + ", validations: [{expression: 'true'}]");
        bind("b", "validationActions: [Deny], paramRef: {name: l, parameterNotFoundAction: Allow}");
        assertThat(server.refusal("v1/configmaps", map("m", "")).getMessage())
                .isEqualTo("configmaps \"m\" is forbidden: ValidatingAdmissionPolicy 'p' denied request: failed to"
                        + " configure policy: failed to find resource referenced by paramKind: 'a.b/v1,"
                        + " Kind=Nothing'");
    }

    @Test
    void equivalentVersionsAreConverted() {
        policy("matchConstraints: {resourceRules: [{apiGroups: [autoscaling], apiVersions: [v2], operations:"
                + " [CREATE], resources: [horizontalpodautoscalers]}]}, validations: [{expression:"
                + " \"object.apiVersion == 'autoscaling/v2' && request.kind.version == 'v2' &&"
                + " request.requestKind.version == 'v1' && object.spec.metrics[0].resource.name == 'memory'\","
                + " messageExpression: string(object.apiVersion)}]");
        bind("b", "validationActions: [Deny]");
        assertThat(server.refusal(
                                "autoscaling/v1/horizontalpodautoscalers",
                                "{metadata: {name: h}, spec: {maxReplicas: 2, targetCPUUtilizationPercentage: 50,"
                                        + " scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}}}")
                        .getMessage())
                .endsWith(": autoscaling/v2");
    }

    @Test
    void updatesAndDeletionsSeeTheOldObject() {
        policy(MAPS + ", validations: [{expression: \"request.operation == 'CREATE' || request.operation == 'UPDATE' &&"
                + " object.data.a == oldObject.data.a || request.operation == 'DELETE' && object == null &&"
                + " oldObject.data.a == 'gone'\"}]");
        bind("b", "validationActions: [Deny]");
        server.create("v1/configmaps", map("m", "a: x"));
        assertThat(TestServer.refusal(() -> server.server.patch("v1/configmaps", "m", "merge", "{'data':{'a':'y'}}"))
                        .code())
                .isEqualTo(422);
        server.server.patch("v1/configmaps", "m", "merge", "{'data':{'b':'y'}}");
        TestServer.refusal(() -> server.server.delete("v1/configmaps", "m", ""));
        server.create("v1/configmaps", map("n", "a: gone"));
        server.server.delete("v1/configmaps", "n", "");
    }

    @Test
    void subresourcesAreMatched() {
        policy("matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [UPDATE],"
                + " resources: [deployments/scale]}]}, validations: [{expression: object.spec.replicas <= 3}, {expression:"
                + " \"object.kind == 'Scale' && request.subResource == 'scale'\"}]");
        bind("b", "validationActions: [Deny]");
        server.create(
                "apps/v1/deployments",
                "{metadata: {name: d}, spec: {replicas: 1, selector: {matchLabels: {a: b}}, template: {metadata:"
                        + " {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}");
        Map<String, Object> scale =
                TestServer.tree(server.server.send(Verb.GET, "apps/v1/deployments", "d", "scale", "", null, null));
        Trees.set(scale, 3L, "spec", "replicas");
        server.server.send(Verb.UPDATE, "apps/v1/deployments", "d", "scale", "", null, scale);
        scale.remove("metadata");
        Trees.set(scale, "d", "metadata", "name");
        Trees.set(scale, 4L, "spec", "replicas");
        assertThat(TestServer.refusal(() ->
                                server.server.send(Verb.UPDATE, "apps/v1/deployments", "d", "scale", "", null, scale))
                        .getMessage())
                .endsWith("failed expression: object.spec.replicas <= 3");
    }

    @Test
    void wrongExpressionsAreRefusedWithTheirPlace() {
        ApiException refusal = TestServer.refusal(() -> policy(MAPS
                + ", variables: [{name: 1a, expression: 'true'}], matchConditions: [{name: c, expression: 'object.'}],"
                + " validations: [{expression: \"'text'\"}, {expression: unknown.x}]"));
        assertThat(refusal.code()).isEqualTo(422);
        assertThat(refusal.getMessage())
                .contains("spec.variables[0].name: Invalid value: \"1a\": must be a valid CEL identifier")
                .contains("spec.matchConditions[0].expression: Invalid value: \"object.\": compilation failed: ERROR:"
                        + " <input>:1:8: Syntax error:")
                .contains("spec.validations[0].expression: Invalid value: \"'text'\": must evaluate to bool but got"
                        + " string")
                .contains("undeclared reference to 'unknown'");
    }

    @Test
    void misspelledFieldsAreWarnedOfInTheStatus() {
        policy("matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE],"
                + " resources: [deployments, replicasets]}]}, variables: [{name: r, expression:"
                + " object.spec.replicas}], validations: [{expression: variables.r > 1, messageExpression:"
                + " string(object.nope)}, {expression: object.spec.replicsa > 1}, {expression: variables.r >"
                + " 'x'}]");
        Awaitility.await()
                .until(() -> Trees.integer(
                                server.server.get(GROUP + "validatingadmissionpolicies", "p"),
                                "status",
                                "observedGeneration")
                        != null);
        List<Object> warnings = Trees.list(
                server.server.get(GROUP + "validatingadmissionpolicies", "p"),
                "status",
                "typeChecking",
                "expressionWarnings");
        assertThat(warnings)
                .extracting(w -> Trees.string(w, "fieldRef"))
                .containsExactly(
                        "spec.validations[0].messageExpression",
                        "spec.validations[1].expression",
                        "spec.validations[2].expression");
        assertThat(Trees.string(warnings.get(1), "warning"))
                .isEqualTo("apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replicsa'\n"
                        + " | object.spec.replicsa > 1\n"
                        + " | ...........^\n\n"
                        + "apps/v1, Kind=ReplicaSet: ERROR: <input>:1:12: undefined field 'replicsa'\n"
                        + " | object.spec.replicsa > 1\n"
                        + " | ...........^\n");
    }

    @Test
    void policiesDoNotWatchOverThemselves() {
        policy("matchConstraints: {resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources:"
                + " ['*']}]}, validations: [{expression: 'false'}]");
        bind("b", "validationActions: [Deny]");
        server.refusal("v1/configmaps", map("m", ""));
        server.server.delete(GROUP + "validatingadmissionpolicybindings", "b", "");
        server.server.delete(GROUP + "validatingadmissionpolicies", "p", "");
        server.create("v1/configmaps", map("m", ""));
    }
}
