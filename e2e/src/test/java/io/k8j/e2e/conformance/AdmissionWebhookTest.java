package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Webhooks change or refuse what is written. */
class AdmissionWebhookTest extends WebhookCase {
    @Test
    @Conformance("api-machinery/AdmissionWebhook/12")
    void discoveryShowsBothKinds() {
        Lifecycle.discovered(
                api,
                "admissionregistration.k8s.io",
                "v1",
                "mutatingwebhookconfigurations",
                "validatingwebhookconfigurations");
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/9")
    void podsAndConfigMapsAreDenied() {
        register(
                        VALIDATING,
                        "deny",
                        hook("deny-pod", "/pods", rule("", "v1", "pods", "CREATE, UPDATE"), "timeoutSeconds: 1"),
                        hook("deny-configmap", "/configmaps", configMaps("CREATE, UPDATE, DELETE"), ""))
                .ok();
        Answer denied = api.post(
                core("pods"),
                "{metadata: {name: disallowed-pod}, spec: {containers: [{name: webhook-disallow, image: i}]}}");
        assertThat(denied.refused(400).message())
                .contains(
                        "admission webhook \"deny-pod.k8s.io\" denied the request: the pod contains unwanted container"
                                + " name; the pod contains unwanted label");
        Answer hung = api.post(
                core("pods"), "{metadata: {name: hanging-pod}, spec: {containers: [{name: webhook-hang, image: i}]}}");
        assertThat(hung.refused(500).message()).contains("deny-pod.k8s.io").containsAnyOf("deadline", "timeout");
        api.get(core("pods/hanging-pod")).refused(404);
        assertThat(configMap("disallowed", "webhook-e2e-test: webhook-disallow")
                        .refused(400)
                        .message())
                .contains("the configmap contains unwanted key and value");
        configMap("allowed", "admit: this").ok();
        Map<String, Object> tree = api.get(core("configmaps/allowed")).copy();
        Trees.set(tree, "webhook-disallow", "data", "webhook-e2e-test");
        assertThat(api.put(core("configmaps/allowed"), tree).refused(400).message())
                .contains("the configmap contains unwanted key and value");
        assertThat(api.patch(core("configmaps/allowed"), Api.STRATEGIC, "{data: {webhook-e2e-test: webhook-disallow}}")
                        .refused(400)
                        .message())
                .contains("the configmap contains unwanted key and value");
        String exempt = "exempt-" + namespace;
        api.post("/api/v1/namespaces", "{metadata: {name: %s}}".formatted(exempt))
                .ok();
        api.post(
                        "/api/v1/namespaces/" + exempt + "/configmaps",
                        "{metadata: {name: free}, data: {webhook-e2e-test: webhook-disallow}}")
                .ok();
        api.delete("/api/v1/namespaces/" + exempt).ok();
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/7")
    void attachingIsDenied() {
        api.post(core("pods"), Pods.yaml("to-be-attached-pod", "")).ok();
        until(
                "it runs",
                () -> "Running".equals(api.get(core("pods/to-be-attached-pod")).at("status", "phase")));
        register(
                        VALIDATING,
                        "attach",
                        hook("deny-attaching-pod", "/pods/attach", rule("", "v1", "pods/attach", "CONNECT"), ""))
                .ok();
        Answer refused = api.post(core("pods/to-be-attached-pod/attach") + "?stdout=true&container=c", null);
        assertThat(refused.refused(400).message()).contains("attaching to pod 'to-be-attached-pod' is not allowed");
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/8")
    void customObjectsAreDenied() {
        try (CustomResource custom = CustomResource.simple(api, "deny-" + namespace)) {
            String objects = custom.collection("v1");
            api.post(objects, custom.object("v1", "before", "data: {webhook-e2e-test: webhook-disallow}"))
                    .ok();
            register(
                            VALIDATING,
                            "custom",
                            hook(
                                    "deny-custom-resource-data",
                                    "/custom-resource",
                                    rule(custom.group(), "v1", custom.plural(), "CREATE, UPDATE, DELETE"),
                                    ""))
                    .ok();
            String words = "the custom resource contains unwanted data";
            assertThat(api.post(objects, custom.object("v1", "bad", "data: {webhook-e2e-test: webhook-disallow}"))
                            .refused(400)
                            .message())
                    .contains(words);
            api.post(objects, custom.object("v1", "good", "data: {a: b}")).ok();
            assertThat(api.merge(objects + "/good", "{data: {webhook-e2e-test: webhook-disallow}}")
                            .refused(400)
                            .message())
                    .contains(words);
            assertThat(api.delete(objects + "/before").refused(400).message()).contains(words);
            api.merge(objects + "/before", "{data: {webhook-e2e-test: webhook-allow}}")
                    .ok();
            api.delete(objects + "/before").ok();
        }
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/22")
    void whatCannotBeAskedDeniesEverything() {
        String hook = hook("fail-closed", "/configmaps", configMaps("CREATE"), "failurePolicy: Fail")
                .replaceFirst(", caBundle: [^}]*", "");
        register(VALIDATING, "closed", hook).ok();
        Answer refused = configMap("foo", "a: b").refused(500);
        assertThat(refused.at("reason")).isEqualTo("InternalError");
        assertThat(refused.message()).contains("failed calling webhook \"fail-closed.k8s.io\"");
        api.get(core("configmaps/foo")).refused(404);
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/13")
    void mutatingWebhooksChain() {
        register(
                        MUTATING,
                        "chain",
                        hook("adding-1", "/mutating-configmaps", configMaps("CREATE"), ""),
                        hook("adding-2", "/mutating-configmaps", configMaps("CREATE"), ""))
                .ok();
        assertThat(configMap("to-be-mutated", "mutation-start: 'yes'").ok().tree("data"))
                .isEqualTo(Map.of("mutation-start", "yes", "mutation-stage-1", "yes", "mutation-stage-2", "yes"));
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/18")
    void defaultsAreFilledInAfterMutation() {
        register(
                        MUTATING,
                        "pods",
                        hook("adding-init-container", "/mutating-pods", rule("", "v1", "pods", "CREATE"), ""))
                .ok();
        Answer pod =
                api.post(core("pods"), Pods.yaml("webhook-to-be-mutated", "")).ok();
        assertThat(pod.items("spec", "initContainers"))
                .singleElement()
                .satisfies(container -> assertThat(container)
                        .containsEntry("name", "webhook-added-init-container")
                        .containsEntry("terminationMessagePolicy", "File"));
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/19")
    void configurationsOfWebhooksAreOutOfTheirReach() {
        String all = rule(
                "admissionregistration.k8s.io",
                "*",
                "validatingwebhookconfigurations', 'mutatingwebhookconfigurations",
                "CREATE, UPDATE, DELETE");
        String everywhere = "objectSelector: {matchLabels: {e2e-list-test-uuid: " + namespace + "}}";
        String deny = hook("deny-webhook-configuration", "/always-deny", all, everywhere)
                .replace("namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: " + namespace + "}}, ", "");
        String label = hook("add-label", "/add-label", all, everywhere)
                .replace("namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: " + namespace + "}}, ", "");
        register(VALIDATING, "denying", deny).ok();
        register(MUTATING, "labelling", label).ok();
        for (String kind : List.of(VALIDATING, MUTATING)) {
            Answer dummy = register(kind, "dummy", hook("dummy", "/always-deny", configMaps("DELETE"), ""))
                    .ok();
            assertThat(dummy.at("metadata", "labels", "added-label")).isNull();
            api.delete(path(kind, "dummy")).ok();
        }
        api.delete(path(VALIDATING, "denying")).ok();
        api.delete(path(MUTATING, "labelling")).ok();
    }

    private CustomResource mutated(String schema) {
        CustomResource custom = CustomResource.create(
                api,
                "mutate-" + namespace,
                "Foo",
                "- {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object%s}}}"
                        .formatted(schema),
                "");
        String rule = rule(custom.group(), "v1", custom.plural(), "CREATE, UPDATE");
        register(
                        MUTATING,
                        "custom",
                        hook("mutate-custom-resource-1", "/mutating-custom-resource", rule, ""),
                        hook("mutate-custom-resource-2", "/mutating-custom-resource", rule, ""))
                .ok();
        return custom;
    }

    private Answer start(CustomResource custom) {
        return api.post(custom.collection("v1"), custom.object("v1", "cr", "data: {mutation-start: \"yes\"}"))
                .ok();
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/14")
    void customObjectsAreMutated() {
        try (CustomResource custom = mutated(", x-kubernetes-preserve-unknown-fields: true")) {
            assertThat(start(custom).tree("data"))
                    .isEqualTo(Map.of("mutation-start", "yes", "mutation-stage-1", "yes", "mutation-stage-2", "yes"));
        }
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/16")
    void whatTheSchemaDoesNotKnowIsPruned() {
        String string = "{type: string}";
        try (CustomResource custom =
                mutated(", properties: {data: {type: object, properties: {mutation-start: %s, mutation-stage-1: %s}}}"
                        .formatted(string, string))) {
            assertThat(start(custom).tree("data"))
                    .isEqualTo(Map.of("mutation-start", "yes", "mutation-stage-1", "yes"));
        }
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/15")
    void theStorageVersionMoves() {
        String versions = """
                - {name: v1, served: true, storage: %s, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
                - {name: v2, served: true, storage: %s, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
                """;
        try (CustomResource custom =
                CustomResource.create(api, "move-" + namespace, "Foo", versions.formatted("true", "false"), "")) {
            String rules = rule(custom.group(), "v1', 'v2", custom.plural(), "CREATE, UPDATE");
            register(MUTATING, "custom", hook("mutate-custom-resource", "/mutating-custom-resource", rules, ""))
                    .ok();
            start(custom);
            api.patch(custom.definition(), Api.JSON_PATCH, """
                            [{op: replace, path: /spec/versions/0/storage, value: false},
                             {op: replace, path: /spec/versions/1/storage, value: true}]""").ok();
            until(
                    "it has moved",
                    () -> Trees.list(api.get(custom.definition()).body(), "status", "storedVersions")
                            .contains("v2"));
            Answer patched =
                    api.merge(custom.collection("v1") + "/cr", "{dummy: test}").ok();
            assertThat(patched.at("dummy")).isEqualTo("test");
            assertThat(patched.at("data", "mutation-stage-2")).isEqualTo("yes");
        }
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/10")
    void definitionsAreDenied() {
        String hook = hook(
                        "deny-crd-with-unwanted-label",
                        "/crd",
                        rule("apiextensions.k8s.io", "*", "customresourcedefinitions", "CREATE"),
                        "objectSelector: {matchLabels: {webhook-owner: %s}}".formatted(namespace))
                .replace("namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: " + namespace + "}}, ", "");
        register(VALIDATING, "crd", hook).ok();
        String yaml = CustomResource.yaml("denied-" + namespace + ".example.com", "Foo", CustomResource.OPEN_V1, "")
                .replaceFirst(
                        "labels: \\{",
                        "labels: {webhook-e2e-test: webhook-disallow, webhook-owner: " + namespace + ", ");
        assertThat(api.post(CustomResource.DEFINITIONS, yaml).refused(400).message())
                .contains("the crd contains unwanted label");
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/11")
    void timeoutsAreHonoured() {
        String hook = hook("allow-configmap-with-delay", "/always-allow-delay-5s", configMaps("CREATE"), "%s");
        register(VALIDATING, "fail", hook.formatted("timeoutSeconds: 1, failurePolicy: Fail"))
                .ok();
        assertThat(configMap("e2e-test", "a: b").refused(500).message()).containsAnyOf("deadline", "timeout");
        api.delete(path(VALIDATING, "fail")).ok();
        register(VALIDATING, "ignore", hook.formatted("timeoutSeconds: 1, failurePolicy: Ignore"))
                .ok();
        configMap("ignored", "a: b").ok();
        api.delete(path(VALIDATING, "ignore")).ok();
        Answer usual = register(VALIDATING, "usual", hook.formatted("failurePolicy: Fail"))
                .ok();
        assertThat(usual.items("webhooks").getFirst()).containsEntry("timeoutSeconds", 10L);
        api.delete(path(VALIDATING, "usual")).ok();
        register(VALIDATING, "patient", hook.formatted("timeoutSeconds: 10, failurePolicy: Fail"))
                .ok();
        webhooks.release.countDown();
        configMap("late", "a: b").ok();
    }
}
