package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** MutatingAdmissionPolicies through the API. */
class MutatingPolicyTest {
    private static final String GROUP = "admissionregistration.k8s.io/v1/";
    private static final String MAPS =
            "matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE],"
                    + " resources: [configmaps]}]}";
    private static final String PODS = MAPS.replace("configmaps", "pods");

    private final AdmittingServer server = new AdmittingServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private void policy(String name, String spec, String binding) {
        String reinvocation = spec.contains("reinvocationPolicy") ? "" : ", reinvocationPolicy: Never";
        server.create(
                GROUP + "mutatingadmissionpolicies",
                "{metadata: {name: " + name + "}, spec: {" + spec + reinvocation + "}}");
        server.create(
                GROUP + "mutatingadmissionpolicybindings",
                "{metadata: {name: " + name + "-b}, spec: {policyName: " + name + binding + "}}");
    }

    private static String apply(String expression) {
        return "{patchType: ApplyConfiguration, applyConfiguration: {expression: \"" + expression + "\"}}";
    }

    private static String patch(String expression) {
        return "{patchType: JSONPatch, jsonPatch: {expression: \"" + expression + "\"}}";
    }

    private static String mutations(String... all) {
        return ", mutations: [" + String.join(", ", all) + "]";
    }

    @Test
    void anApplyConfigurationIsMerged() {
        policy(
                "p",
                PODS
                        + mutations(apply("Object{metadata: Object.metadata{labels: {'team': 'a'}}, spec:"
                                + " Object.spec{initContainers: [Object.spec.initContainers{name: 'side',"
                                + " image: 'proxy:1', restartPolicy: 'Always'}]}}")),
                "");
        Map<String, Object> pod = server.create(
                "v1/pods", "{metadata: {name: x, labels: {own: 'yes'}}, spec: {containers: [{name: c, image: i}]}}");
        assertThat(Trees.map(pod, "metadata", "labels"))
                .containsEntry("own", "yes")
                .containsEntry("team", "a");
        Object side = Trees.list(pod, "spec", "initContainers").getFirst();
        assertThat(Trees.string(side, "name")).isEqualTo("side");
        // Defaults are filled in after the change.
        assertThat(Trees.string(side, "terminationMessagePolicy")).isEqualTo("File");
        assertThat(Trees.list(pod, "spec", "containers")).hasSize(1);
        assertThat(server.metric("apiserver_mutating_admission_policy_check_total"))
                .contains("policy=\"p\",policy_binding=\"p-b\",error_type=\"no_error\"");
    }

    @Test
    void aJsonPatchIsApplied() {
        policy(
                "p",
                MAPS
                        + mutations(
                                patch("[JSONPatch{op: 'test', path: '/data/a', value: 'x'}, JSONPatch{op: 'replace',"
                                        + " path: '/data/a', value: 'y'}, JSONPatch{op: 'add', path:"
                                        + " '/metadata/annotations', value: {'b/c': 'd'}}, JSONPatch{op:"
                                        + " 'replace', path: '/metadata/annotations/' +"
                                        + " jsonpatch.escapeKey('b/c'), value: object.metadata.name}]")),
                "");
        Map<String, Object> map = server.create("v1/configmaps", "{metadata: {name: m}, data: {a: x}}");
        assertThat(Trees.map(map, "data")).containsEntry("a", "y");
        assertThat(Trees.map(map, "metadata", "annotations")).containsEntry("b/c", "m");
        // A failed test leaves the object as it is.
        Map<String, Object> other = server.create("v1/configmaps", "{metadata: {name: n}, data: {a: z}}");
        assertThat(Trees.map(other, "data")).isEqualTo(Map.of("a", "z"));
    }

    @Test
    void valuesOfPatchesMayBeObjects() {
        policy(
                "p",
                PODS
                        + mutations(patch("[JSONPatch{op: 'add', path: '/spec/tolerations', value:"
                                + " [Object.spec.tolerations{key: 'k', operator: 'Exists'}]}, JSONPatch{op: 'add', path:"
                                + " '/metadata/labels', value: {'n': string(size(object.spec.containers))}}]")),
                "");
        Map<String, Object> pod =
                server.create("v1/pods", "{metadata: {name: x}, spec: {containers: [{name: c, image: i}]}}");
        assertThat(Trees.list(pod, "spec", "tolerations"))
                .anySatisfy(t -> assertThat(Trees.string(t, "key")).isEqualTo("k"));
        assertThat(Trees.string(pod, "metadata", "labels", "n")).isEqualTo("1");
    }

    record Wrong(String name, String mutation, String message) {}

    static List<Wrong> wrong() {
        return List.of(
                new Wrong(
                        "an object of a wrong name",
                        apply("Object{data: Object.other{a: 'x'}}"),
                        "type mismatch: unexpected type name \"Object.other\", expected \"Object.data\", which matches"
                                + " field name path from root Object type"),
                new Wrong(
                        "an unknown field",
                        apply("Object{wrong: 'x'}"),
                        "error applying patch: failed to convert patch object to typed object: .wrong: field not"
                                + " declared in schema"),
                new Wrong(
                        "a patch that does not fit",
                        patch("[JSONPatch{op: 'remove', path: '/data/zz'}]"),
                        "JSON Patch: error in remove for path: '/data/zz': Unable to remove nonexistent key: zz:"
                                + " missing value"),
                new Wrong(
                        "an expression that fails",
                        patch("[JSONPatch{op: 'add', path: '/data/b', value: object.data.zz}]"),
                        "resulted in error: no such key: zz"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void aChangeThatCannotBeMadeRefuses(Wrong w) {
        policy("p", MAPS + mutations(w.mutation()), "");
        ApiException refusal = server.refusal("v1/configmaps", "{metadata: {name: m}, data: {a: x}}");
        assertThat(refusal.getMessage())
                .as(w.name())
                .startsWith("policy 'p' with binding 'p-b' denied request: ")
                .contains(w.message());
        assertThat(refusal.code()).isEqualTo(403);
        assertThat(refusal.reason()).isEqualTo("Invalid");
    }

    @Test
    void anOperationThatAddsAnUnknownFieldIsAFault() {
        policy("p", MAPS + mutations(patch("[JSONPatch{op: 'add', path: '/wrong', value: 'x'}]")), "");
        ApiException refusal = server.refusal("v1/configmaps", "{metadata: {name: m}, data: {a: x}}");
        assertThat(refusal.code()).isEqualTo(500);
        assertThat(refusal.getMessage())
                .isEqualTo("Internal error occurred: strict decoding error: unknown field \"wrong\"");
    }

    @Test
    void aWholeListIsNotReplacedByMistake() {
        policy(
                "p",
                PODS
                        + mutations(
                                apply("Object{spec: Object.spec{containers: [Object.spec.containers{name: 'c', args:"
                                        + " ['x']}]}}")),
                "");
        assertThat(server.refusal("v1/pods", "{metadata: {name: x}, spec: {containers: [{name: c, image: i}]}}")
                        .getMessage())
                .endsWith("error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or"
                        + " structs: .spec.containers[0].args");
    }

    @Test
    void failuresMayBeIgnored() {
        policy(
                "p",
                "failurePolicy: Ignore, " + MAPS
                        + mutations(
                                patch("[JSONPatch{op: 'remove', path: '/data/zz'}]"),
                                apply("Object{metadata: Object.metadata{labels: {'l': 'v'}}}")),
                "");
        Map<String, Object> map = server.create("v1/configmaps", "{metadata: {name: m}}");
        assertThat(Trees.string(map, "metadata", "labels", "l")).isEqualTo("v");
    }

    @Test
    void conditionsVariablesAndParametersTakePart() {
        server.create("v1/configmaps", "{metadata: {name: settings}, data: {prefix: hello}}");
        policy(
                "p",
                "paramKind: {apiVersion: v1, kind: ConfigMap}, variables: [{name: text, expression:"
                        + " \"string(params.data.prefix) + '-' + string(object.metadata.name)\"}], matchConditions:"
                        + " [{name: some, expression: \"object.metadata.name.startsWith('m')\"}], " + MAPS
                        + mutations(apply("Object{metadata: Object.metadata{annotations: {'text': variables.text}}}")),
                ", paramRef: {name: settings, parameterNotFoundAction: Deny}");
        assertThat(Trees.string(
                        server.create("v1/configmaps", "{metadata: {name: m}}"), "metadata", "annotations", "text"))
                .isEqualTo("hello-m");
        assertThat(Trees.get(server.create("v1/configmaps", "{metadata: {name: n}}"), "metadata", "annotations"))
                .isNull();
    }

    @Test
    void earlierPoliciesRunAgainIfTheyWantTo() {
        String count = "[JSONPatch{op: 'add', path: '/data/a', value: string(object.data.a) + 'a'}]";
        policy("a", "reinvocationPolicy: IfNeeded, " + MAPS + mutations(patch(count)), "");
        policy("b", MAPS + mutations(patch("[JSONPatch{op: 'add', path: '/data/b', value: 'b'}]")), "");
        policy("c", MAPS + mutations(patch(count.replace("+ 'a'", "+ 'c'"))), "");
        Map<String, Object> map = server.create("v1/configmaps", "{metadata: {name: m}, data: {a: ''}}");
        assertThat(Trees.map(map, "data")).containsEntry("a", "aca").containsEntry("b", "b");
    }

    @Test
    void customResourcesAreChangedAndPruned() {
        server.create(
                "apiextensions.k8s.io/v1/customresourcedefinitions",
                "{metadata: {name: things.a.b}, spec: {group: a.b, scope: Namespaced, names: {plural: things, kind:"
                        + " Thing}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type:"
                        + " object, properties: {spec: {type: object, properties: {a: {type: string}, b: {type:"
                        + " string}}}}}}}]}}");
        Awaitility.await().until(() -> server.server.core.table().get(TestServer.gvr("a.b/v1/things")) != null);
        policy(
                "p",
                "matchConstraints: {resourceRules: [{apiGroups: [a.b], apiVersions: [v1], operations: [CREATE],"
                        + " resources: [things]}]}"
                        + mutations(
                                apply("Object{spec: Object.spec{a: 'x'}}"),
                                patch("[JSONPatch{op: 'add', path: '/spec/zz', value: 'y'}]")),
                "");
        Map<String, Object> thing =
                server.create("a.b/v1/things", "{apiVersion: a.b/v1, kind: Thing, metadata: {name: t}, spec: {b: y}}");
        assertThat(Trees.map(thing, "spec")).isEqualTo(Map.of("a", "x", "b", "y"));
    }

    @Test
    void wrongExpressionsAreRefused() {
        ApiException refusal = TestServer.refusal(
                () -> policy("p", MAPS + mutations(apply("Object{spec: "), apply("'text'"), patch("['x']")), ""));
        assertThat(refusal.getMessage())
                .contains(
                        "spec.mutations[0].applyConfiguration.expression: Invalid value: \"Object{spec:\": compilation"
                                + " failed: ")
                .contains("must evaluate to Object but got string")
                .contains("must evaluate to list(JSONPatch) but got list(string)");
    }
}
